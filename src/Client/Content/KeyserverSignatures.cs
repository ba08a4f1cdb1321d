using System.Buffers;
using NSec.Cryptography;

namespace AtpKeyserver.Client;

/// <summary>Signs and verifies with accounts' keypairs: Ed25519 (RFC 8032) over the unmodified data.</summary>
/// <remarks>
/// Include the data's type and context in the data, so that a signature cannot be reused for another purpose. All
/// methods may throw a <see cref="KeyserverException"/> when they fetch a key.
/// </remarks>
public sealed class KeyserverSignatures
{
    private static readonly Ed25519 Algorithm = SignatureAlgorithm.Ed25519;

    private readonly KeyRing _keys;

    internal KeyserverSignatures(KeyRing keys) => _keys = keys;

    /// <summary>Signs with the account's active key.</summary>
    public async ValueTask<ContentSignature> SignAsync(
        ReadOnlyMemory<byte> data, CancellationToken cancellation = default)
    {
        using var key = await _keys.RentAsync(new KeyId(KeyKind.Keypair, "", KeyId.Active), cancellation)
            .ConfigureAwait(false);
        return new ContentSignature(Convert.ToHexStringLower(Algorithm.Sign(key.Secret, data.Span)), key.Version);
    }

    /// <summary>
    /// Verifies a signature. Public keys are cached: a key that was replaced within the last hour may still count as
    /// active.
    /// </summary>
    /// <param name="did">The account that is claimed to have signed.</param>
    /// <param name="data">The signed data.</param>
    /// <param name="signature">See <see cref="ContentSignature.Signature"/>.</param>
    /// <param name="keyVersion">See <see cref="ContentSignature.KeyVersion"/>.</param>
    /// <param name="cancellation">Cancels the call.</param>
    public async ValueTask<SignatureVerdict> VerifyAsync(
        string did, ReadOnlyMemory<byte> data, string signature, int keyVersion,
        CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(did);
        ArgumentNullException.ThrowIfNull(signature);
        var bytes = new byte[Algorithm.SignatureSize];
        if (keyVersion < 1 || signature.Length != 2 * bytes.Length
            || Convert.FromHexString(signature, bytes, out _, out _) != OperationStatus.Done)
            return SignatureVerdict.Invalid;
        try
        {
            var active = await ActiveVersionAsync(did, keyVersion, cancellation).ConfigureAwait(false);
            using var key = await _keys.RentAsync(new KeyId(KeyKind.PublicKey, did, keyVersion), cancellation)
                .ConfigureAwait(false);
            if (!Algorithm.Verify(key.Public, data.Span, bytes))
                return SignatureVerdict.Invalid;
            // The server may report an active version that is ten seconds old.
            return keyVersion >= active ? SignatureVerdict.Valid : SignatureVerdict.RevokedKey;
        }
        catch (GoneException)
        {
            return SignatureVerdict.UnknownKey;
        }
    }

    /// <summary>Returns the cached active version, and refreshes it if the signature has a newer one.</summary>
    private async ValueTask<int> ActiveVersionAsync(string did, int atLeast, CancellationToken cancellation)
    {
        var id = new KeyId(KeyKind.PublicKey, did, KeyId.Active);
        using (var kept = await _keys.RentAsync(id, cancellation).ConfigureAwait(false))
        {
            if (kept.Version >= atLeast)
                return kept.Version;
        }

        _keys.Forget(id);
        using var now = await _keys.RentAsync(id, cancellation).ConfigureAwait(false);
        return now.Version;
    }
}
