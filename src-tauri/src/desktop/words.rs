//! The few words that stand outside the window: beside the clock, and in a notice. The window's own are in `ui/messages`.
//!
//! What it must never do: name a shop or a value. A notice is read by whoever stands behind the person.

use crate::settings::Language;

/// The words of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// Shows the window.
    pub show: &'static str,
    /// Locks the wallet.
    pub lock: &'static str,
    /// Ends the program.
    pub quit: &'static str,
    /// Nothing waits.
    pub nothing_waits: &'static str,
    waiting: &'static str,
    /// A link arrived while the window could not come to the front.
    pub shop_asks: &'static str,
    /// What to do then.
    pub look: &'static str,
}

impl Words {
    /// Those of this language.
    pub const fn of(language: Language) -> Self {
        match language {
            Language::En => EN,
            Language::Ru => RU,
            Language::De => DE,
        }
    }

    /// So many requests wait.
    pub fn waiting(&self, count: u32) -> String {
        if count == 0 { self.nothing_waits.to_owned() } else { format!("{}: {count}", self.waiting) }
    }
}

const EN: Words = Words {
    show: "Open Passerby",
    lock: "Lock",
    quit: "Quit",
    nothing_waits: "No request is waiting",
    waiting: "Requests waiting",
    shop_asks: "A shop is asking",
    look: "Open Passerby to see what it asks for. Nothing has been sent.",
};

const RU: Words = Words {
    show: "Открыть Passerby",
    lock: "Запереть",
    quit: "Выйти",
    nothing_waits: "Запросов нет",
    waiting: "Ждут ответа",
    shop_asks: "Магазин спрашивает",
    look: "Откройте Passerby, чтобы увидеть, о чём. Ничего не отправлено.",
};

const DE: Words = Words {
    show: "Passerby öffnen",
    lock: "Sperren",
    quit: "Beenden",
    nothing_waits: "Keine Anfrage wartet",
    waiting: "Wartende Anfragen",
    shop_asks: "Ein Shop fragt an",
    look: "Öffnen Sie Passerby, um zu sehen, wonach. Es wurde nichts gesendet.",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_said_in_each_language() {
        assert_eq!(Words::of(Language::En).waiting(0), "No request is waiting");
        assert_eq!(Words::of(Language::Ru).waiting(2), "Ждут ответа: 2");
        assert_eq!(Words::of(Language::De).waiting(1), "Wartende Anfragen: 1");
    }
}
