using System.Security.Cryptography;
using AtpKeyserver.Errors;

namespace AtpKeyserver.Crypto;

/// <summary>
/// A 256-bit key that seals, opens and authenticates, with subkeys for each (HKDF-Expand-SHA256). It lives on the pinned heap, so that the
/// collector leaves no copies, and is zeroed when the last user has let go of it: caches drop it while others may still be using it.
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

    /// <param name="key">32 bytes, copied: the caller zeroes its own.</param>
    /// <param name="number">Stands in the header of what this key seals: a generation, or a shard and its version.</param>
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

    /// <summary>Opens what this key sealed for this purpose and place; the caller disposes of the secret.</summary>
    /// <exception cref="TamperedException">It is not what was sealed here.</exception>
    public Secret Open(SealPurpose purpose, in Binding binding, ReadOnlySpan<byte> form)
    {
        var plaintext = SealedForm.Open(_sealKey, purpose, binding, form);
        GC.KeepAlive(this);
        return plaintext is null ? throw TamperedException.At(binding.Table, "a sealed value does not open") : new Secret(plaintext);
    }

    /// <summary>HMAC-SHA256 under the subkey for authentication.</summary>
    public byte[] Mac(ReadOnlySpan<byte> message)
    {
        var mac = new byte[MacLength];
        Mac(message, mac);
        return mac;
    }

    /// <summary>The same, written to where it is wanted: <see cref="MacLength"/> bytes.</summary>
    public void Mac(ReadOnlySpan<byte> message, Span<byte> mac)
    {
        HMACSHA256.HashData(_macKey, message, mac);
        GC.KeepAlive(this);
    }
}
