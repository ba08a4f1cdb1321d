namespace AtpKeyserver.Identity.Signatures;

/// <summary>Verifies ECDSA signatures of one public key. Safe for concurrent use.</summary>
internal interface ISignatureVerifier
{
    /// <summary>
    /// Whether <paramref name="signature"/>, 64 bytes <c>r ‖ s</c> in range, with high or low s, is this key's over <paramref name="hash"/>, 32 bytes.
    /// </summary>
    public bool Verify(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature);
}
