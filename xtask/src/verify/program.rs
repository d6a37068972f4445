//! Whether a program needs only the kernel of its machine.

use anyhow::{Context, Result, ensure};
use object::elf::{EM_X86_64, FileHeader64, PT_INTERP};
use object::read::elf::{Dyn as _, FileHeader, ProgramHeader};
use object::{Endianness, elf};

/// Checks an ELF file: for x86-64, without a dynamic linker, without a shared library.
pub fn check(content: &[u8]) -> Result<()> {
    let header = FileHeader64::<Endianness>::parse(content).context("no ELF file of 64 bits")?;
    let endian = header.endian()?;
    let machine = header.e_machine(endian);
    ensure!(machine == EM_X86_64, "for the ELF machine {machine}, expected x86-64");
    for segment in header.program_headers(endian, content)? {
        let has_linker = segment.p_type(endian) == PT_INTERP;
        ensure!(!has_linker, "needs a dynamic linker, expected a static program");
        let needed = segment.dynamic(endian, content)?.unwrap_or_default();
        let has_library = needed.iter().any(|entry| entry.d_tag(endian) == u64::from(elf::DT_NEEDED));
        ensure!(!has_library, "needs a shared library, expected a static program");
    }
    Ok(())
}
