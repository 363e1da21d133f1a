//! The name of a release key (`kid`) was written into its file as it was. One with a quotation mark or a control character in
//! it left a file that could not be read again, or that held members which the key never had. Found by fuzzing.

use passerby_protocol::keys::{ReleaseKey, ReleaseSuite};
use passerby_testkit::rng::seeded;

#[test]
fn a_key_with_any_name_is_read_as_it_was_written() {
    for suite in ReleaseSuite::ALL {
        let key = ReleaseKey::make(suite, &mut seeded(1));
        let named = key.public().kid();
        for name in [r"a\fb", r#"a\"b"#, r#"\",\"alg\":\"none"#, "Schlüssel für März", r"\\"] {
            let text = key.to_jwk().replace(named, name);
            let read = ReleaseKey::parse_jwk(&text).unwrap();
            let again = ReleaseKey::parse_jwk(&read.to_jwk()).unwrap();
            assert_eq!(again.public(), read.public(), "{name}");
        }
    }
}
