using System.Buffers;
using NSec.Cryptography;

namespace AtpKeyserver.Client;

/// <summary>Signatures with accounts' keypairs: Ed25519 (RFC 8032) over the data as it is.</summary>
/// <remarks>
/// Sign what cannot be mistaken for something else: put what it is and where it belongs into the data. All methods may
/// throw a <see cref="KeyserverException"/> when a key has to be fetched.
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
    /// Tells what a signature is worth. Public keys are kept: a key that was replaced less than an hour ago may still
    /// count as active.
    /// </summary>
    /// <param name="did">Who is said to have signed.</param>
    /// <param name="data">What.</param>
    /// <param name="signature">See <see cref="ContentSignature.Signature"/>.</param>
    /// <param name="keyVersion">See <see cref="ContentSignature.KeyVersion"/>.</param>
    /// <param name="cancellation">Gives up.</param>
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
            // The server's word on which is active may be ten seconds old.
            return keyVersion >= active ? SignatureVerdict.Valid : SignatureVerdict.RevokedKey;
        }
        catch (GoneException)
        {
            return SignatureVerdict.UnknownKey;
        }
    }

    /// <summary>The active version that is kept; looked up again when the signature is by a newer one.</summary>
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
