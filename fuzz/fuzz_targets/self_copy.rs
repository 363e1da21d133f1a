#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _: bool = passerby_testkit::fuzz::self_copy(bytes);
});
