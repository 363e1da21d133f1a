//! The two readers took different hosts for sectors. `sdk/js/test/wire.test.ts` has the same list.

use passerby_protocol::sector::Sector;

#[test]
fn hosts_that_only_one_reader_took() {
    for text in ["a..localhost:80", "-a.localhost:80", "xn--a.example", "ab--cd.example", "xn--abc.example"] {
        assert!(Sector::parse(text).is_err(), "{text} was taken for a sector");
    }
    for text in ["xn--mnchen-3ya.example", "xn--fa-hia.example", "abc.xn--p1ai", "08.example", "1.example"] {
        assert!(Sector::parse(text).is_ok(), "{text} was refused");
    }
}
