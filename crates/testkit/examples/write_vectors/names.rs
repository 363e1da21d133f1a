//! What people see in place of a `user_ref` (docs/friendly-names.md).

use passerby_protocol::keys::find_friendly_name;
use passerby_protocol::wire::b64u;
use serde_json::json;

use crate::Writer;

pub fn write(writer: &mut Writer) -> std::io::Result<()> {
    let every: Vec<String> = (0..=u8::MAX)
        .map(|place| {
            let mut bytes = [0x5a; 32];
            (bytes[0], bytes[1]) = (place, u8::MAX - place);
            b64u::encode(bytes)
        })
        .collect();
    let letter = "A".repeat(43);
    let none = ["", "Amber Otter", &letter[..42], &format!("{letter}A"), &format!("{}B", &letter[..42])];
    let cases = [
        ("every-word", "Every word of both lists in its place", every),
        ("no-user-ref", "Texts that are not 32 bytes in canonical b64u", none.map(str::to_owned).to_vec()),
    ];
    for (name, about, user_refs) in cases {
        let names: Vec<_> = user_refs.iter().map(|each| find_friendly_name(each)).collect();
        writer.accepts(name, about, json!({ "user_refs": user_refs }), json!({ "friendly_names": names }))?;
    }
    Ok(())
}
