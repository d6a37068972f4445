//! What the `rpm` crate leaves out of a signature header, and rpm 4.11 of Oracle Linux 7 needs.
//!
//! It takes the end of its progress from the length of the archive, and notices a changed payload only by the MD5 of
//! header and payload, since it knows no other digest of the payload. Later releases check both as well.

use std::io;

use anyhow::Result;
use flate2::read::GzDecoder;
use md5::{Digest, Md5};
use rpm::{Header, HeaderEntry, IndexData, IndexSignatureTag, Package};

/// Adds the length of the uncompressed archive (`PAYLOADSIZE`), and the MD5 of header and payload.
pub fn complete(package: &mut Package) -> Result<()> {
    let archive = io::copy(&mut GzDecoder::new(package.payload.as_slice()), &mut io::sink())?;
    let md5 = Md5::new().chain_update(package.header_bytes()?).chain_update(&package.payload).finalize();
    let added = [
        (IndexSignatureTag::RPMSIGTAG_PAYLOADSIZE, IndexData::Int32(vec![u32::try_from(archive)?])),
        (IndexSignatureTag::RPMSIGTAG_MD5, IndexData::Bin(md5.to_vec())),
    ];
    let mut entries = package.metadata.signature.get_all_entries()?;
    // The region is made anew from what the header then has.
    let region = IndexSignatureTag::HEADER_SIGNATURES;
    entries.retain(|(tag, _)| *tag != region as u32 && !added.iter().any(|(new, _)| *new as u32 == *tag));
    entries.extend(added.map(|(tag, data)| (tag as u32, data)));
    let entries = entries.into_iter().map(|(tag, data)| HeaderEntry::new(tag, data));
    package.metadata.signature = Header::from_entries(entries, region);
    Ok(())
}
