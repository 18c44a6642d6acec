//! Who the process of a data directory is among the nodes that serve a panel.

use crate::directory::{DataDirectory, sync_directory, write_private};
use crate::error::OpenError;
use crate::system::SystemEntropy;
use host_core::NodeId;
use host_core::port::Entropy;
use std::io::ErrorKind;

/// The node that the file `node` names: drawn where there is none yet, as in directories of programs that knew no
/// nodes. Not drawn from the keys, which nodes share.
pub(crate) fn of(directory: &DataDirectory) -> Result<NodeId, OpenError> {
    let path = directory.node();
    match std::fs::read_to_string(&path) {
        Ok(text) => text
            .trim_end()
            .parse()
            .map_err(|_| OpenError::Damaged { reason: "it is not 16 hexadecimal digits".to_owned(), path }),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let mut drawn = [0; 8];
            SystemEntropy.fill(&mut drawn);
            let node = NodeId(u64::from_be_bytes(drawn));
            write_private(&path, format!("{node}\n").as_bytes())?;
            sync_directory(directory.root())?;
            Ok(node)
        }
        Err(error) => Err(OpenError::io(&path)(error)),
    }
}
