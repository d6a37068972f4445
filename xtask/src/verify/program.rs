//! Whether a program needs nothing of the machine it runs on.

use object::elf::{EM_X86_64, FileHeader64, PT_INTERP};
use object::read::elf::{Dyn as _, FileHeader, ProgramHeader};
use object::{Endianness, elf};

/// Checks an ELF file: for x86-64, without a dynamic linker, without a shared library.
pub fn check(content: &[u8]) -> Result<(), ProgramError> {
    let header = FileHeader64::<Endianness>::parse(content)?;
    let endian = header.endian()?;
    let machine = header.e_machine(endian);
    if machine != EM_X86_64 {
        return Err(ProgramError::Machine(machine));
    }
    for segment in header.program_headers(endian, content)? {
        if segment.p_type(endian) == PT_INTERP {
            return Err(ProgramError::Linker);
        }
        let needed = segment.dynamic(endian, content)?.unwrap_or_default();
        if needed.iter().any(|entry| entry.d_tag(endian) == u64::from(elf::DT_NEEDED)) {
            return Err(ProgramError::Library);
        }
    }
    Ok(())
}

/// Why a program does not stand alone.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ProgramError {
    /// It is not an ELF file of 64 bits.
    #[error("not an ELF file of 64 bits: {0}")]
    NotElf(#[from] object::Error),
    /// It is for another machine.
    #[error("for the ELF machine {0}, expected x86-64")]
    Machine(u16),
    /// It asks for a dynamic linker.
    #[error("asks for a dynamic linker, expected a static program")]
    Linker,
    /// It asks for shared libraries.
    #[error("asks for a shared library, expected a static program")]
    Library,
}
