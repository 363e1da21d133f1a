//! The icon beside the clock: a place for it, and its menu.

use super::Desk;
use super::mocks::MOCK;

const WATCHER: &str = "org.kde.StatusNotifierWatcher";

impl Desk {
    /// A place for icons.
    pub fn start_tray(&mut self) {
        let path = "/StatusNotifierWatcher";
        self.start_mock(WATCHER, &[WATCHER, path, WATCHER]);
        for (method, body) in [("RegisterStatusNotifierItem", ""), ("RegisterStatusNotifierHost", "")] {
            self.call(WATCHER, path, &format!("{MOCK}.AddMethod"), &[WATCHER, method, "s", "", body]);
        }
        let host = ["IsStatusNotifierHostRegistered", "<true>"];
        self.call(WATCHER, path, &format!("{MOCK}.AddProperty"), &[WATCHER, host[0], host[1]]);
    }

    /// The menu of the icon, once it is like this.
    pub fn tray_menu(&self, like: impl Fn(&str) -> bool) -> String {
        let mut menu = String::new();
        self.wait_until(|desk| {
            menu = desk.find_menu().map(|(owner, path)| desk.layout(&owner, &path)).unwrap_or_default();
            like(&menu)
        });
        menu
    }

    /// Clicks the entry of this name.
    pub fn click_tray(&self, label: &str) {
        let (owner, path) = self.find_menu().unwrap();
        let menu = self.layout(&owner, &path);
        // `(<number>, {…'label': <'…'>…}`: the number before the label.
        let before = &menu[..menu.find(&format!("<'{label}'>")).unwrap_or_else(|| panic!("{menu}"))];
        let start = before.rfind("<(").unwrap() + 2;
        let id = before[start..].split(',').next().unwrap();
        let click = [id, "clicked", "<''>", "0"];
        self.call(&owner, &path, "com.canonical.dbusmenu.Event", &click);
    }

    fn layout(&self, owner: &str, path: &str) -> String {
        self.call(owner, path, "com.canonical.dbusmenu.GetLayout", &["0", "-1", "[]"])
    }

    /// Whose menu it is, and where: the watcher was told the icon's path.
    fn find_menu(&self) -> Option<(String, String)> {
        let method = format!("{MOCK}.GetMethodCalls");
        let calls = self.call(WATCHER, "/StatusNotifierWatcher", &method, &["RegisterStatusNotifierItem"]);
        let item = calls.rsplit('\'').find(|part| part.starts_with('/'))?.to_owned();
        let names = self.call("org.freedesktop.DBus", "/", "org.freedesktop.DBus.ListNames", &[]);
        let owner = names.split('\'').filter(|name| name.starts_with(':')).find(|name| {
            let of = "org.freedesktop.DBus.GetConnectionUnixProcessID";
            let pid = self.call("org.freedesktop.DBus", "/", of, &[name]);
            pid.contains(&format!(" {},", self.pid()))
                && self
                    .call(
                        name,
                        &item,
                        "org.freedesktop.DBus.Properties.GetAll",
                        &["org.kde.StatusNotifierItem"],
                    )
                    .contains("Menu")
        })?;
        let get = "org.freedesktop.DBus.Properties.Get";
        let menu = self.call(owner, &item, get, &["org.kde.StatusNotifierItem", "Menu"]);
        let path = menu.split('\'').find(|part| part.starts_with('/'))?.to_owned();
        Some((owner.to_owned(), path))
    }
}
