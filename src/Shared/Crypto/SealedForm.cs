using System.Buffers.Binary;
using System.Security.Cryptography;

namespace AtpKeyserver.Crypto;

/// <summary>
/// The storage format of sealed data, version 1:
/// <code>
/// 0      1        2            6          30             62
/// | 0x01 | purpose | key number | nonce 24 | commitment 32 | ciphertext | tag 16 |
/// </code>
/// HKDF-Expand-SHA256 (RFC 5869) over the sealing key, with the header and the nonce as info, gives 64 bytes: a
/// per-message AES-256-GCM key and the commitment. The commitment is compared in constant time before decryption. The
/// GCM nonce is the last 12 bytes of the nonce. With a random 192-bit nonce and per-message keys, the number of
/// messages per sealing key has no practical limit.
/// </summary>
public static class SealedForm
{
    /// <summary>Bytes by which a sealed form exceeds its plaintext.</summary>
    public const int Overhead = CiphertextOffset + TagLength;

    private const byte FormatVersion = 1;
    private const int HeaderLength = 6;
    private const int NonceLength = 24;
    private const int CommitmentLength = 32;
    private const int CommitmentOffset = HeaderLength + NonceLength;
    private const int CiphertextOffset = CommitmentOffset + CommitmentLength;
    private const int TagLength = 16;
    private const int GcmNonceLength = 12;

    private static ReadOnlySpan<byte> Label => "atp-keyserver seal"u8;

    public static byte[] Seal(
        ReadOnlySpan<byte> key, int keyNumber, SealPurpose purpose, in Binding binding, ReadOnlySpan<byte> plaintext)
    {
        var form = new byte[Overhead + plaintext.Length];
        form[0] = FormatVersion;
        form[1] = (byte)purpose;
        BinaryPrimitives.WriteInt32BigEndian(form.AsSpan(2), keyNumber);
        RandomNumberGenerator.Fill(form.AsSpan(HeaderLength, NonceLength));

        Span<byte> derived = stackalloc byte[64];
        try
        {
            Derive(key, form, derived);
            derived[32..].CopyTo(form.AsSpan(CommitmentOffset));
            using var aes = new AesGcm(derived[..32], TagLength);
            aes.Encrypt(
                GcmNonce(form),
                plaintext,
                form.AsSpan(CiphertextOffset, plaintext.Length),
                form.AsSpan(^TagLength..),
                binding.Encode(purpose));
            return form;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    /// <summary>
    /// Decrypts into a new array, which the caller must zero. Null if the key, purpose or binding does not match.
    /// </summary>
    public static byte[]? Open(ReadOnlySpan<byte> key, SealPurpose purpose, in Binding binding, ReadOnlySpan<byte> form)
    {
        if (form.Length < Overhead || form[0] != FormatVersion || form[1] != (byte)purpose)
            return null;
        Span<byte> derived = stackalloc byte[64];
        // Only keys need pinned memory; log details may be numerous.
        var plaintext = purpose == SealPurpose.LogDetails
            ? new byte[form.Length - Overhead]
            : Secret.NewKey(form.Length - Overhead);
        try
        {
            Derive(key, form, derived);
            var commitment = form.Slice(CommitmentOffset, CommitmentLength);
            if (!CryptographicOperations.FixedTimeEquals(derived[32..], commitment))
                return null;
            using var aes = new AesGcm(derived[..32], TagLength);
            aes.Decrypt(
                GcmNonce(form),
                form[CiphertextOffset..^TagLength],
                form[^TagLength..],
                plaintext,
                binding.Encode(purpose));
            return plaintext;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    /// <summary>The number of the sealing key; null if the bytes are not a sealed form.</summary>
    public static int? KeyNumber(ReadOnlySpan<byte> form) =>
        form.Length >= Overhead && form[0] == FormatVersion ? BinaryPrimitives.ReadInt32BigEndian(form[2..]) : null;

    private static ReadOnlySpan<byte> GcmNonce(ReadOnlySpan<byte> form) =>
        form.Slice(CommitmentOffset - GcmNonceLength, GcmNonceLength);

    private static void Derive(ReadOnlySpan<byte> key, ReadOnlySpan<byte> form, Span<byte> derived)
    {
        Span<byte> info = stackalloc byte[Label.Length + CommitmentOffset];
        Label.CopyTo(info);
        form[..CommitmentOffset].CopyTo(info[Label.Length..]);
        HKDF.Expand(HashAlgorithmName.SHA256, key, derived, info);
    }
}
