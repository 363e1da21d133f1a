//! From the root secret to a pairwise private scalar (docs/protocol.md section 2).

use hkdf::Hkdf;
use p256::elliptic_curve::bigint::{NonZero, U384};
use sha2::Sha256;
use zeroize::Zeroizing;

/// What makes the root secret of this protocol a key of its own (docs/protocol.md section 2).
pub(crate) const SALT: &[u8] = b"passerby/1 root";

/// `N - 1` for the order N of P-256 (SEC 2 version 2, section 2.4.2), widened to 384 bits.
const ORDER_LESS_ONE: U384 = U384::from_be_hex(concat!(
    "00000000000000000000000000000000",
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550",
));

/// `(OS2IP(HKDF-Expand(HKDF-Extract(salt, root), info, 48)) mod (N - 1)) + 1`: FIPS 186-5 appendix A.2.1, extra
/// random bits. Always between 1 and N - 1.
pub(crate) fn derive_scalar(root: &[u8; 32], info: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let mut okm = Zeroizing::new([0; 48]);
    Hkdf::<Sha256>::new(Some(SALT), root).expand(info, okm.as_mut_slice()).ok()?;

    let order = NonZero::new(ORDER_LESS_ONE).into_option()?;
    let wide = Zeroizing::new(U384::from_be_slice(okm.as_slice()).rem(&order).wrapping_add(&U384::ONE));
    let bytes = Zeroizing::new(wide.to_be_bytes());
    let mut scalar = Zeroizing::new([0; 32]);
    scalar.copy_from_slice(bytes.as_ref().get(16..)?);
    Some(scalar)
}
