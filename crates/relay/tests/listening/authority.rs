//! An authority that certifies relays, and the files an admin gets from it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};

/// The relay of these tests.
pub const HOST: &str = "relay.example";

pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key, as PEM.
#[derive(Clone)]
pub struct Pair {
    pub certificate: String,
    pub key: String,
    pub der: Vec<u8>,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, "an authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // The computer's own clock judges: tests must pass in any year.
        (params.not_before, params.not_after) = (date_time_ymd(1975, 1, 1), date_time_ymd(4096, 1, 1));
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }

    pub fn certify(&self, host: &str, years: (i32, i32)) -> Pair {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        (params.not_before, params.not_after) = (date_time_ymd(years.0, 1, 1), date_time_ymd(years.1, 1, 1));
        let leaf = params.signed_by(&key, &self.0).unwrap();
        Pair { certificate: leaf.pem(), key: key.serialize_pem(), der: leaf.der().to_vec() }
    }

    /// A good pair for the relay.
    pub fn pair(&self) -> Pair {
        self.certify(HOST, (1975, 4096))
    }
}

impl Pair {
    /// Puts both files where the configuration names them.
    pub fn put(&self, folder: &Path) {
        put(&folder.join("key.pem"), &self.key, 0o600);
        put(&folder.join("certificate.pem"), &self.certificate, 0o644);
    }
}

/// Puts a file in the place of another one, as careful programs do.
pub fn put(path: &Path, text: &str, mode: u32) {
    let aside = path.with_extension("new");
    std::fs::write(&aside, text).unwrap();
    std::fs::set_permissions(&aside, std::fs::Permissions::from_mode(mode)).unwrap();
    std::fs::rename(aside, path).unwrap();
}
