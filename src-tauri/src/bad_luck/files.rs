//! Files that people pick: very long ones, and ones that are not what they say.

use std::fmt::Write as _;

use super::house::{House, told};
use crate::command_error::SentWord;
use crate::commands::Answered;
use crate::commands::details::data_view;
use crate::commands::transfer::{ImportView, data_choose_import};

const MIB: usize = 1024 * 1024;

async fn import(house: &House, content: impl AsRef<[u8]>) -> Answered<Option<ImportView>> {
    let file = house.world.folder.path().join("picked.vcf");
    std::fs::write(&file, content).unwrap();
    house.desktop.picks(file);
    data_choose_import(house.shell()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vcard_of_ten_megabytes_is_read_up_to_what_a_wallet_holds_and_saves_nothing() {
    let house = House::new().await;
    let before = serde_json::to_string(&data_view(house.shell()).await.unwrap()).unwrap();

    // An address book.
    let mut many = String::new();
    for number in 0.. {
        write!(
            many,
            "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Person {number}\r\nTEL:+49{number:09}\r\nEND:VCARD\r\n"
        )
        .unwrap();
        if many.len() > 10 * MIB {
            break;
        }
    }
    let view = import(&house, many).await.unwrap().unwrap();
    assert_eq!(view.cards.len(), 200, "a wallet is one person's");
    assert!(view.skipped.iter().any(|each| each.why == "too-many"), "and that is said");

    // One person with a photograph, one whose name does not end, one line that does not end.
    let photo = format!(
        "BEGIN:VCARD\nVERSION:3.0\nFN:Anna\nPHOTO;ENCODING=b;TYPE=JPEG:{}\nEND:VCARD\n",
        "QUFB\n ".repeat(10 * MIB / 6)
    );
    let view = import(&house, photo).await.unwrap().unwrap();
    assert_eq!(view.cards.len(), 1);
    assert_eq!(view.cards[0].values["name"], "Anna");
    let name = format!("BEGIN:VCARD\nVERSION:3.0\nFN:{}\nEND:VCARD\n", "a".repeat(10 * MIB));
    let view = import(&house, name).await.unwrap().unwrap();
    assert_eq!((view.cards.len(), view.skipped[0].why.as_str()), (0, "too-long"));
    let nested = "BEGIN:VCARD\n".repeat(10 * MIB / 12);
    let view = import(&house, nested).await.unwrap().unwrap();
    assert_eq!(view.cards.len(), 0);

    let after = serde_json::to_string(&data_view(house.shell()).await.unwrap()).unwrap();
    assert_eq!(before, after, "what was read is shown first");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_none_of_these_is_refused_in_words() {
    let house = House::new().await;
    let too_long = import(&house, vec![b'a'; 17 * MIB]).await.map(drop).unwrap_err();
    assert_eq!(told(&too_long), ("file-too-long", SentWord::Nothing));
    for content in [&b"\xff\xfe\x00"[..], b"", b"MZ\x90", b"just a letter"] {
        let refused = import(&house, content).await.map(drop).unwrap_err();
        assert_eq!(told(&refused), ("file-unknown", SentWord::Nothing), "{content:?}");
    }
    house.desktop.picks(house.world.folder.path().join("nothing-there.vcf"));
    let refused = data_choose_import(house.shell()).await.map(drop).unwrap_err();
    assert_eq!(told(&refused), ("file-unreadable", SentWord::Nothing));
    house.desktop.picks(house.world.folder.path().to_owned());
    let refused = data_choose_import(house.shell()).await.map(drop).unwrap_err();
    assert_eq!(told(&refused), ("file-unreadable", SentWord::Nothing), "a folder");
}
