namespace AtpKeyserver.Tlog;

/// <summary>
/// The signature types that this library makes and verifies. signed-note recommends to support only those that a design
/// needs. <see href="https://c2sp.org/signed-note#signature-types"/>
/// </summary>
public enum SignatureType : byte
{
    /// <summary>Ed25519 over the text of the note (signed-note).</summary>
    Ed25519 = 0x01,

    /// <summary>Ed25519 over a time and the text of a checkpoint (tlog-cosignature).</summary>
    Cosignature = 0x04,
}
