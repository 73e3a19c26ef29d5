//! What a failure of TLS means for whoever set the certificates up.

use tokio_rustls::rustls::{AlertDescription, CertificateError, Error};

/// Says what does not fit, with the file that is to be looked at.
pub(super) fn explain(error: &Error) -> String {
    let what = match error {
        Error::InvalidCertificate(reason) => engine_certificate(reason),
        Error::AlertReceived(alert) => client_certificate(*alert),
        Error::InvalidMessage(_) => Some("what answers there does not speak TLS"),
        _ => None,
    };
    match what {
        Some(what) => format!("{what} ({error})"),
        None => error.to_string(),
    }
}

fn engine_certificate(reason: &CertificateError) -> Option<&'static str> {
    Some(match reason {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "the engine's certificate was not issued by the authority in ca.pem"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "the engine's certificate is for another name than its address has"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the engine's certificate has expired"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the engine's certificate is not valid yet; one of the two clocks may be wrong"
        }
        _ => return None,
    })
}

/// What the engine complained about. Servers before TLS 1.3 call a missing certificate a bad one.
fn client_certificate(alert: AlertDescription) -> Option<&'static str> {
    Some(match alert {
        AlertDescription::CertificateRequired => {
            "the engine wants a certificate from its clients, and there is no cert.pem beside ca.pem"
        }
        AlertDescription::BadCertificate => {
            "the engine wants a certificate from its clients, and does not accept cert.pem or was shown none"
        }
        AlertDescription::UnknownCA
        | AlertDescription::CertificateUnknown
        | AlertDescription::DecryptError
        | AlertDescription::AccessDenied => {
            "the engine does not accept cert.pem: another authority issued it than the engine knows"
        }
        AlertDescription::CertificateExpired => "the engine says that cert.pem has expired",
        _ => return None,
    })
}
