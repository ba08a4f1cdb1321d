using System.Security.Cryptography;
using AtpKeyserver.Errors;

namespace AtpKeyserver.Crypto;

/// <summary>
/// A 256-bit key with HKDF-Expand-SHA256 subkeys for sealing and authentication. The arrays are pinned, so that the
/// garbage collector leaves no copies. The finalizer zeroes them: a cache may drop a key that is still in use.
/// </summary>
public sealed class SealingKey
{
    /// <summary>Bytes.</summary>
    public const int Length = 32;

    /// <summary>Bytes.</summary>
    public const int MacLength = HMACSHA256.HashSizeInBytes;

    private readonly byte[] _key = GC.AllocateUninitializedArray<byte>(Length, pinned: true);
    private readonly byte[] _sealKey = GC.AllocateUninitializedArray<byte>(Length, pinned: true);
    private readonly byte[] _macKey = GC.AllocateUninitializedArray<byte>(Length, pinned: true);

    /// <param name="key">32 bytes, copied; the caller must zero the original.</param>
    /// <param name="number">Stored in the header of each sealed form: a generation, or a shard and its version.</param>
    public SealingKey(ReadOnlySpan<byte> key, int number)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, Length);
        Number = number;
        key.CopyTo(_key);
        HKDF.Expand(HashAlgorithmName.SHA256, key, _sealKey, "atp-keyserver subkey seal"u8);
        HKDF.Expand(HashAlgorithmName.SHA256, key, _macKey, "atp-keyserver subkey mac"u8);
    }

    ~SealingKey()
    {
        CryptographicOperations.ZeroMemory(_key);
        CryptographicOperations.ZeroMemory(_sealKey);
        CryptographicOperations.ZeroMemory(_macKey);
    }

    public int Number { get; }

    public byte[] Seal(SealPurpose purpose, in Binding binding, ReadOnlySpan<byte> plaintext)
    {
        var form = SealedForm.Seal(_sealKey, Number, purpose, binding, plaintext);
        GC.KeepAlive(this);
        return form;
    }

    /// <summary>
    /// Opens a form that this key sealed with this purpose and binding. The caller disposes of the secret.
    /// </summary>
    /// <exception cref="TamperedException">The form does not open.</exception>
    public Secret Open(SealPurpose purpose, in Binding binding, ReadOnlySpan<byte> form)
    {
        var plaintext = SealedForm.Open(_sealKey, purpose, binding, form);
        GC.KeepAlive(this);
        return plaintext is null
            ? throw TamperedException.At(binding.Table, "a sealed value cannot be opened")
            : new Secret(plaintext);
    }

    /// <summary>HMAC-SHA256 under the subkey for authentication.</summary>
    public byte[] Mac(ReadOnlySpan<byte> message)
    {
        var mac = new byte[MacLength];
        Mac(message, mac);
        return mac;
    }

    /// <summary>As above, into <see cref="MacLength"/> bytes.</summary>
    public void Mac(ReadOnlySpan<byte> message, Span<byte> mac)
    {
        HMACSHA256.HashData(_macKey, message, mac);
        GC.KeepAlive(this);
    }
}
