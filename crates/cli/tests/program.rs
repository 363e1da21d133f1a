//! The program as people and scripts run it: the built binary, a vault in a temporary folder, a relay and a shop beside it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails where its world does")]

#[path = "../../wallet/tests/world/mod.rs"]
mod world;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use passerby_protocol::time::Clock as _;
use passerby_testkit::scene::graded;
use passerby_wallet::SystemClock;
use serde_json::Value;
use world::{Ask, Lie, World, passphrase};

const STREET: &str = "Long Lane 12";

struct Program {
    world: World,
    vault: PathBuf,
}

struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|_| panic!("one JSON object was expected: {}", self.out))
    }

    #[track_caller]
    fn fails(&self, code: i32, word: &str, sent: &str) {
        let error = &self.json()["error"];
        assert_eq!(
            (self.code, error["code"].as_str(), error["sent"].as_str()),
            (code, Some(word), Some(sent)),
            "{error}"
        );
        assert!(!error["message"].as_str().unwrap().is_empty());
    }
}

impl Program {
    /// A vault with a few details.
    async fn with_vault() -> Self {
        let program = Self::without_vault().await;
        program.run(&["init", "--stretching", "least"]).json();
        let details = r#"{"name":"Ada Passerby","email":"ada@home.example","address":{"street_address":"Long Lane 12","postal_code":"01234"}}"#;
        let file = program.world.folder.path().join("details.json");
        std::fs::write(&file, details).unwrap();
        assert_eq!(program.run(&["set", "--file", file.to_str().unwrap()]).code, 0);
        program
    }

    async fn without_vault() -> Self {
        let world = World::at(SystemClock.now()).await;
        std::fs::write(world.folder.path().join("passphrase"), "correct horse battery staple\n").unwrap();
        let vault = world.folder.path().join("wallet").join("vault.db");
        Self { world, vault }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_passerby"));
        command
            .env_remove("PASSERBY_VAULT")
            .env("HOME", self.world.folder.path())
            .env("TZ", "UTC")
            .stdin(Stdio::null());
        command.arg("--vault").arg(&self.vault);
        command.arg("--passphrase-file").arg(self.world.folder.path().join("passphrase"));
        command
    }

    /// With `--json`.
    fn run(&self, arguments: &[&str]) -> Run {
        read(self.command().arg("--json").args(arguments).output().unwrap())
    }

    /// For people.
    fn say(&self, arguments: &[&str]) -> Run {
        read(self.command().args(arguments).output().unwrap())
    }

    /// At a terminal, with these lines typed. The terminal is one that python3 makes.
    fn type_in(&self, arguments: &[&str], typed: &str) -> Run {
        const TERMINAL: &str = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)";
        let mut command = Command::new("python3");
        command.args(["-c", TERMINAL, env!("CARGO_BIN_EXE_passerby")]);
        command.env("TERM", "dumb").arg("--vault").arg(&self.vault);
        command.arg("--passphrase-file").arg(self.world.folder.path().join("passphrase")).args(arguments);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
        read(child.wait_with_output().unwrap())
    }

    fn ask(&mut self, ask: &Ask) -> String {
        self.world.ask(ask)
    }
}

fn read(output: Output) -> Run {
    Run {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn find_claim(return_to: &str) -> String {
    let url = url::Url::parse(return_to).unwrap();
    url.query_pairs().find(|(name, _)| name == "passerby_claim").map(|(_, value)| value.into_owned()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_story_for_scripts() {
    let mut program = Program::with_vault().await;
    let link = program.ask(&Ask::default());
    let opened = program.run(&["open", &link]);
    assert_eq!(opened.code, 0, "{}", opened.err);
    let request = &opened.json()["request"];
    assert_eq!(request["sector"], program.world.shop.sector.as_str());
    let name = serde_json::json!({ "name": "name", "saved": true, "label": null, "other_labels": [], "sensitive": false });
    assert_eq!(request["needed"][0], name);
    assert!(!opened.out.contains(STREET), "a request in JSON has names, no values");

    let approved = program.run(&["approve", "--only", "email"]);
    assert_eq!((approved.code, approved.err.as_str()), (0, ""));
    let approved = approved.json();
    assert_eq!(approved["released"].as_array().unwrap().len(), 4);
    let claim = find_claim(approved["return_to"].as_str().unwrap());
    let world = &program.world;
    let opened = world.shop.open(&world.relay, &link, &claim, world.now());
    assert_eq!(opened[&world::claim("address.street_address")], STREET);

    let again = program.run(&["approve", "1"]);
    again.fails(3, "answered-before", "nothing");
    assert_eq!(again.json()["error"]["return_to"], approved["return_to"], "the way back is not lost");
    let shops = program.run(&["shops"]).json();
    assert_eq!(shops["shops"][0]["grants"][0]["grant_id"], approved["grant_id"]);
    let activity = program.run(&["activity"]);
    let words: Vec<_> =
        activity.json()["activity"].as_array().unwrap().iter().map(|line| line["what"].clone()).collect();
    assert_eq!(words, ["asked", "approved", "sent"]);
    assert!(!activity.out.contains(STREET) && !activity.out.contains("Ada"), "the log has no values");
    assert_eq!(program.run(&["retry"]).json()["answers"], serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_story_for_people() {
    let mut program = Program::with_vault().await;
    let link = program.ask(&Ask { optional: vec!["gender"], ..Ask::default() });
    let opened = program.say(&["open", &link]);
    let sector = program.world.shop.sector.to_string();
    for text in [
        format!("Request 1: {sector} (first time, a program on this computer)"),
        "Calls itself \"Shoes\"".to_owned(),
        format!("Checked: this request comes from {sector}. Not checked: whether the shop is honest."),
        "You have never sent anything to this shop.".to_owned(),
        "What for, in the shop's words: \"Deliver your shoes\"".to_owned(),
        "(14 days)".to_owned(),
        "The shop says it passes this on to: DHL.".to_owned(),
        STREET.to_owned(),
        "Will not be sent: gender.".to_owned(),
        "To send: passerby approve 1".to_owned(),
    ] {
        assert!(opened.out.contains(&text), "{text:?} is missing in:\n{}", opened.out);
    }
    assert!(!opened.out.to_lowercase().contains("verified"));
    assert!(program.world.relay.arrived().is_empty(), "opening sends nothing");
    let approved = program.say(&["approve", "1"]);
    assert!(
        approved.out.contains("What for")
            && approved.out.contains(&format!("Sent to {sector}: address.postal_code"))
    );

    let link = program.ask(&Ask { optional: vec!["email"], retention: 30, ..Ask::default() });
    let again = program.say(&["open", &link]).out;
    for text in [
        "(known since",
        "Wants to keep it longer: 30 days instead of 14 days.",
        "ada@home.example   [new this time]",
    ] {
        assert!(again.contains(text), "{text:?} is missing in:\n{again}");
    }
    let declined = program.say(&["decline"]);
    assert!(declined.out.contains("Nothing was sent. The shop is not told why."), "{}", declined.out);
    assert!(program.say(&["requests"]).out.contains("No request is waiting"));
    assert!(program.say(&["shops"]).out.contains("to be deleted by"));
    assert!(program.say(&["activity"]).out.contains("you refused"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_luck_has_its_exit_codes() {
    let mut program = Program::with_vault().await;
    program.run(&["approve"]).fails(3, "none-waiting", "nothing");
    program.run(&["open", "https://shop.example/"]).fails(3, "link-malformed", "nothing");
    let link = program.ask(&Ask { required: vec!["birthdate"], ..Ask::default() });
    program.run(&["open", &link]);
    program.run(&["approve"]).fails(3, "value-missing", "nothing");
    assert_eq!(program.run(&["set", "birthdate", "1815-12-10"]).code, 0);
    program.run(&["approve", "--only", "phone_number"]).fails(3, "not-asked-for", "nothing");

    program.world.relay.lies(Lie::BreaksAfterKeeping);
    program.run(&["approve"]).fails(4, "relay-broke-off", "maybe");
    program.run(&["approve", "1"]).fails(4, "not-confirmed", "maybe");
    program.world.relay.stop().await;
    let down = program.run(&["retry"]);
    assert_eq!((down.code, &down.json()["answers"][0]["error"]["code"]), (4, &Value::from("relay-down")));
    program.world.relay.start_again().await;
    program.world.relay.lies(Lie::None);
    let arrived = program.run(&["retry"]);
    assert_eq!(arrived.code, 0);
    let claim = find_claim(arrived.json()["answers"][0]["return_to"].as_str().unwrap());
    program.world.shop.open(&program.world.relay, &link, &claim, program.world.now());

    let link = program.ask(&Ask::default());
    program.world.relay.stop().await;
    program.run(&["open", &link]).fails(3, "relay-down", "nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vault_opens_for_one_and_with_its_passphrase_only() {
    let program = Program::without_vault().await;
    program.run(&["show"]).fails(5, "vault-absent", "nothing");
    let folder = program.world.folder.path();
    std::fs::write(folder.join("passphrase"), "short\n").unwrap();
    program.run(&["init", "--stretching", "least"]).fails(1, "passphrase-too-short", "nothing");
    std::fs::write(folder.join("passphrase"), "correct horse battery staple\n").unwrap();
    assert_eq!(program.run(&["init", "--stretching", "least"]).json()["passphrase"], "good");
    program.run(&["init", "--stretching", "least"]).fails(5, "vault-exists", "nothing");

    let held = passerby_wallet::Wallet::open(&program.vault, &passphrase(), std::sync::Arc::new(SystemClock))
        .await
        .unwrap();
    program.run(&["show"]).fails(5, "vault-in-use", "nothing");
    held.lock().await.unwrap();
    std::fs::write(folder.join("passphrase"), "another horse\n").unwrap();
    program.run(&["show"]).fails(5, "wrong-passphrase", "nothing");

    let mut asked = Command::new(env!("CARGO_BIN_EXE_passerby"));
    let asked =
        read(asked.env("PASSERBY_VAULT", &program.vault).stdin(Stdio::null()).arg("show").output().unwrap());
    assert_eq!(asked.code, 5);
    assert!(asked.err.contains("there is none. In scripts, use --passphrase-file."), "{}", asked.err);

    std::fs::write(&program.vault, "not a vault at all").unwrap();
    program.run(&["show"]).fails(5, "not-a-vault", "nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn details_are_saved_shown_and_forgotten() {
    let program = Program::with_vault().await;
    assert_eq!(program.say(&["show", "address.street_address"]).out.trim(), STREET);
    let mut piped = program.command();
    piped
        .args(["set", "email", "-"])
        .stdin(std::fs::File::open(program.world.folder.path().join("passphrase")).unwrap());
    assert!(piped.status().unwrap().success());
    let details = program.run(&["show"]).json();
    let email =
        details["details"].as_array().unwrap().iter().find(|detail| detail["name"] == "email").unwrap();
    assert_eq!(email["value"], "correct horse battery staple");
    assert_eq!(program.run(&["set", "--remove", "email"]).json()["removed"][0], "email");
    program.run(&["show", "email"]).fails(1, "not-saved", "nothing");

    program.run(&["set", "name", "a\u{1b}[2Jb"]).fails(1, "value-control-characters", "nothing");
    program.run(&["set", "name", "  "]).fails(1, "value-empty", "nothing");
    let typo = program.run(&["set", "emial", "a@b.example"]);
    assert!(typo.code == 0 && typo.err.contains("emial is no standard name"), "{}", typo.err);
    let file = program.world.folder.path().join("twice.json");
    std::fs::write(&file, r#"{"name":"a","name":"b"}"#).unwrap();
    program.run(&["set", "--file", file.to_str().unwrap()]).fails(1, "file", "nothing");
    let value = program.say(&["set", "nickname"]);
    assert_eq!(value.code, 2, "without a terminal nobody can be asked: {}", value.err);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_values_their_past_and_their_secrets() {
    let program = Program::with_vault().await;
    let said = program.say(&["set", "email", "ada@work.example", "--label", "work"]);
    assert!(said.out.contains("Saved: email (work)"), "{}", said.out);
    assert!(said.err.contains("email still goes unless you name another."), "{}", said.err);
    let both = program.say(&["show", "email"]).out;
    assert!(both.contains("email [default]  ada@home.example") && both.contains("email [work]"), "{both}");
    assert_eq!(program.say(&["show", "email", "--label", "work"]).out.trim(), "ada@work.example");
    program.run(&["set", "--remove", "email"]).fails(1, "several-values", "nothing");
    program.run(&["set", "--undo", "email", "--label", "work"]).fails(1, "no-former-value", "nothing");

    assert_eq!(program.run(&["set", "email", "ada@new.example", "--label", "work"]).code, 0);
    let history = program.run(&["show", "--history", "email", "--label", "work"]).json();
    assert_eq!(history["details"][0]["history"][0]["value"], "ada@work.example");
    assert!(program.say(&["show", "--history", "email"]).out.contains("before: ada@work.example"));
    assert_eq!(program.run(&["set", "--undo", "email", "--label", "work"]).json()["restored"], "email");
    assert_eq!(program.say(&["show", "email", "--label", "work"]).out.trim(), "ada@work.example");
    let forgotten = program.say(&["set", "--remove", "email", "--label", "work"]).out;
    assert!(forgotten.contains("Forgotten, with its former values: email (work)"), "{forgotten}");
    assert!(forgotten.contains("only a rotation of the vault's key"), "{forgotten}");
    assert_eq!(program.run(&["set", "--remove", "address"]).json()["removed"].as_array().unwrap().len(), 2);

    assert_eq!(program.run(&["set", "birthdate", "1815-12-10"]).code, 0);
    let hidden =
        [program.say(&["show"]), program.say(&["show", "birthdate"]), program.run(&["show", "--history"])];
    assert!(hidden.iter().all(|run| run.code == 0 && !run.out.contains("1815")), "{}", hidden[0].out);
    assert_eq!(hidden[2].json()["details"][0]["value"], Value::Null);
    assert_eq!(program.say(&["show", "birthdate", "--reveal"]).out.trim(), "1815-12-10");
    assert_eq!(program.run(&["set", "birthdate", "--not-sensitive"]).json()["marked"], "birthdate");
    assert_eq!(program.say(&["show", "birthdate"]).out.trim(), "1815-12-10");

    program.run(&["set", "email", "x@y.example", "--label", "a=b"]).fails(2, "usage", "nothing");
    program.run(&["set", "address", "Long Lane 12"]).fails(2, "usage", "nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_is_chosen_by_its_label_and_a_sensitive_one_needs_the_passphrase() {
    let mut program = Program::with_vault().await;
    for (detail, value) in [("email", "ada@work.example"), ("address.street_address", "Mill Yard 1")] {
        assert_eq!(program.run(&["set", detail, value, "--label", "work"]).code, 0);
    }
    let ask = Ask { required: vec!["address.street_address", "birthdate"], ..Ask::default() };
    let link = program.ask(&ask);
    assert_eq!(program.run(&["set", "birthdate", "1815-12-10"]).code, 0);
    let opened = program.say(&["open", &link]).out;
    assert!(opened.contains("Long Lane 12   [also saved: work]"), "{opened}");
    assert!(opened.contains("(hidden: very personal)") && !opened.contains("1815"), "{opened}");
    program.run(&["approve", "--use", "email=mum"]).fails(3, "no-such-label", "nothing");
    program.run(&["approve", "--use", "phone_number=work"]).fails(3, "not-asked-for", "nothing");
    program.run(&["approve", "--use", "address.street_address=work"]).fails(2, "usage", "nothing");
    program.run(&["approve", "--use", "email=work,email=home"]).fails(2, "usage", "nothing");

    // At a terminal a choice is offered; what will go is said once more; Enter still sends nothing.
    let enter = program.type_in(&["approve"], "work\n\nemail\n\n");
    assert!(
        enter.out.contains("Which address? no label goes. Instead: work (Enter for no label):"),
        "{}",
        enter.out
    );
    assert!(enter.out.contains("address.street_address  Mill Yard 1"), "{}", enter.out);
    assert!(
        enter.out.contains("email  ada@home.example") && enter.out.contains("Nothing was sent."),
        "{}",
        enter.out
    );

    // The passphrase is in a file here, and is read again; with another one nothing goes.
    let said = program.say(&["approve", "--use", "address=work", "--use", "email=work", "--all"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("Mill Yard 1   (work)   [also saved: no label]"), "{}", said.out);
    assert!(said.err.contains("Very personal: birthdate."), "{}", said.err);
    let claim = find_claim(said.out.lines().last().unwrap().trim());
    let world = &program.world;
    let opened = world.shop.open(&world.relay, &link, &claim, world.now());
    assert_eq!(opened[&world::claim("email")], "ada@work.example");
    assert_eq!(opened[&world::claim("address.street_address")], "Mill Yard 1");
    assert_eq!(opened[&world::claim("birthdate")], "1815-12-10");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn less_goes_instead_of_the_whole_when_it_is_named() {
    let mut program = Program::with_vault().await;
    for (detail, value) in
        [("birthdate", "1990-01-31"), ("address.locality", "Ljubljana"), ("address.country", "Slovenia")]
    {
        assert_eq!(program.run(&["set", detail, value]).code, 0);
    }
    program.run(&["set", "age_over_18", "surely"]).fails(1, "value-form", "nothing");
    let whole = ["address.street_address", "address.locality", "address.country"];
    let ask = Ask {
        required: vec!["name"],
        optional: Vec::new(),
        graded: vec![
            graded("where", true, &[&whole, &["address.locality", "address.country"], &["address.country"]]),
            graded("born", false, &[&["birthdate"], &["age_over_18"], &["birth_year"]]),
        ],
        ..Ask::default()
    };
    let link = program.ask(&ask);
    let opened = program.say(&["open", &link]).out;
    for text in [
        "Less would do (your own word, not a proof)",
        "locality+country: Ljubljana, Slovenia   (--less address=locality+country)",
        "age_over_18: true   (--less birthdate=age_over_18)",
        "birth_year: (hidden: very personal)   (--less birthdate=birth_year)",
    ] {
        assert!(opened.contains(text), "{text:?} is missing in:\n{opened}");
    }
    let listed = program.run(&["open", &link]);
    let ways = serde_json::json!({ "detail": "birthdate", "needed": false, "ways": [
        { "names": ["birthdate"], "saved": true, "sensitive": true },
        { "names": ["age_over_18"], "saved": true, "sensitive": false },
        { "names": ["birth_year"], "saved": true, "sensitive": true },
    ] });
    assert_eq!(listed.json()["request"]["less"][1], ways);
    assert!(!listed.out.contains("Slovenia") && !listed.out.contains("1990"), "names, no values");

    program.run(&["approve", "--less", "birthdate=email"]).fails(3, "no-such-way", "nothing");
    program.run(&["approve", "--less", "name=nickname"]).fails(3, "no-such-way", "nothing");
    program.run(&["approve", "--only", "age_over_18"]).fails(3, "named-partly", "nothing");
    let twice = ["approve", "--less", "birthdate=age_over_18,birthdate=birth_year"];
    program.run(&twice).fails(2, "usage", "nothing");
    program.run(&["approve", "--less", "birthdate"]).fails(2, "usage", "nothing");

    // At a terminal each way is offered; what will go is said once more; Enter still sends nothing.
    let enter = program.type_in(&["approve"], "city\ncountry\nage_over_18\n\n");
    for text in [
        "Less than the whole address would do: locality+country (Ljubljana, Slovenia), country (Slovenia).",
        "That is not one of them.",
        "Your choice: birthdate. Less would do: age_over_18 (true), birth_year (hidden: very personal).",
        "age_over_18  true",
        "Nothing was sent.",
    ] {
        assert!(enter.out.contains(text), "{text:?} is missing in:\n{}", enter.out);
    }
    assert!(program.world.relay.arrived().is_empty());

    let sent = program.run(&["approve", "--less", "address=country", "--less", "birthdate=age_over_18"]);
    assert_eq!((sent.code, sent.err.as_str()), (0, ""), "no passphrase was asked for");
    let claim = find_claim(sent.json()["return_to"].as_str().unwrap());
    let world = &program.world;
    let opened = world.shop.open(&world.relay, &link, &claim, world.now());
    let opened: Vec<_> = opened.iter().map(|(claim, value)| (claim.as_str(), value.as_str())).collect();
    assert_eq!(opened, [("address.country", "Slovenia"), ("age_over_18", "true"), ("name", "Ada Passerby")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn help_completions_and_manual_are_there() {
    let program = Program::without_vault().await;
    let help = program.say(&["--help"]).out;
    assert!(help.contains("Exit codes:") && help.contains("run `passerby retry`"), "{help}");
    assert!(program.say(&["approve", "--help"]).out.contains("passerby approve 3 --only email"));
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(program.say(&["completions", shell]).out.contains("passerby"), "{shell}");
    }
    let folder = program.world.folder.path();
    assert_eq!(program.say(&["man", folder.to_str().unwrap()]).code, 0);
    assert!(folder.join("passerby-approve.1").is_file());
    program.run(&["approve", "--only", "email", "--all"]).fails(2, "usage", "nothing");
    program.run(&["frobnicate"]).fails(2, "usage", "nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_names_steps_and_nothing_else() {
    let mut program = Program::with_vault().await;
    let link = program.ask(&Ask::default());
    let opened = program.run(&["--log", "trace", "open", &link]);
    let approved = program.run(&["--log", "trace", "approve"]);
    let log = opened.err + &approved.err;
    assert!(log.contains("step=\"deliver\""), "{log}");
    let id = link.rsplit("%2Fr%2F").next().unwrap();
    let sector = program.world.shop.sector.to_string();
    for secret in [STREET, "Ada", id, sector.as_str(), "eyJ", "127.0.0.1"] {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_a_terminal_enter_sends_nothing_and_yes_sends() {
    let mut program = Program::with_vault().await;
    let link = program.ask(&Ask { required: vec!["name", "birthdate"], ..Ask::default() });
    let stopped = program.type_in(&["open", &link], "\n");
    assert!(stopped.out.contains("birthdate is needed, and you have not saved it yet."), "{}", stopped.out);
    assert!(stopped.out.contains("Nothing was sent."), "{}", stopped.out);
    let enter = program.type_in(&["approve"], "1815-12-10\nno\n\n\n");
    assert!(enter.out.contains("Type yes (Enter sends nothing):"), "{}", enter.out);
    assert!(program.world.relay.arrived().is_empty());

    let sent = program.type_in(&["approve"], "1815-12-10\nno\nphone_number\nemail\nyes\n");
    assert_eq!(sent.code, 0, "{}", sent.out);
    assert!(sent.out.contains("That is not one of them."), "{}", sent.out);
    let sector = program.world.shop.sector.as_str();
    assert!(sent.out.contains(&format!("Sent to {sector}: birthdate, email, name.")), "{}", sent.out);
    assert_eq!(program.run(&["show", "birthdate"]).code, 1, "used for this order only; not kept");
}
