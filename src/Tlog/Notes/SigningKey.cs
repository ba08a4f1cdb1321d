using NSec.Cryptography;

namespace AtpKeyserver.Tlog;

/// <summary>Imports the Ed25519 keys of signers.</summary>
internal static class SigningKey
{
    public static (Key Key, VerifierKey VerifierKey) Import(string name, SignatureType type, ReadOnlySpan<byte> seed)
    {
        if (seed.Length != NoteSigner.SeedSize)
            throw new ArgumentException($"A seed has {NoteSigner.SeedSize} bytes.", nameof(seed));
        if (!KeyName.IsValid(name))
            throw new ArgumentException("The key name is empty, too long or has a space or plus.", nameof(name));
        var key = Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey);
        return VerifierKey.TryCreate(name, type, key.PublicKey.Export(KeyBlobFormat.RawPublicKey), out var verifierKey)
            ? (key, verifierKey)
            : throw new ArgumentException("The seed gives no valid public key.", nameof(seed));
    }
}
