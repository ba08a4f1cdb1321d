using System.Buffers.Binary;
using System.Security.Cryptography;

namespace AtpKeyserver.Crypto;

/// <summary>
/// The stored form of everything sealed, version 1:
/// <code>
/// 0      1        2            6          30             62
/// | 0x01 | purpose | key number | nonce 24 | commitment 32 | ciphertext | tag 16 |
/// </code>
/// HKDF-Expand-SHA256 (RFC 5869) over the sealing key, with the header and the nonce as info, gives 64 bytes: the AES-256-GCM key of this one
/// message, and the commitment, which is compared in constant time before anything is decrypted. The last 12 bytes of the nonce are the GCM
/// nonce. A random 192-bit nonce and a key per message put no practical bound on how often one sealing key is used.
/// </summary>
public static class SealedForm
{
    /// <summary>Bytes that a sealed form is longer than what it holds.</summary>
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

    public static byte[] Seal(ReadOnlySpan<byte> key, int keyNumber, SealPurpose purpose, in Binding binding, ReadOnlySpan<byte> plaintext)
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
                GcmNonce(form), plaintext, form.AsSpan(CiphertextOffset, plaintext.Length), form.AsSpan(^TagLength..), binding.Encode(purpose));
            return form;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    /// <summary>Opens into a new array, which the caller zeroes. Null when the form was not made by this key for this purpose and place.</summary>
    public static byte[]? Open(ReadOnlySpan<byte> key, SealPurpose purpose, in Binding binding, ReadOnlySpan<byte> form)
    {
        if (form.Length < Overhead || form[0] != FormatVersion || form[1] != (byte)purpose)
            return null;
        Span<byte> derived = stackalloc byte[64];
        // Details of the log are no keys, and there may be many of them.
        var plaintext = purpose == SealPurpose.LogDetails ? new byte[form.Length - Overhead] : Secret.NewKey(form.Length - Overhead);
        try
        {
            Derive(key, form, derived);
            if (!CryptographicOperations.FixedTimeEquals(derived[32..], form.Slice(CommitmentOffset, CommitmentLength)))
                return null;
            using var aes = new AesGcm(derived[..32], TagLength);
            aes.Decrypt(GcmNonce(form), form[CiphertextOffset..^TagLength], form[^TagLength..], plaintext, binding.Encode(purpose));
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

    /// <summary>Which of its sealing keys opens this form; null when it is no sealed form.</summary>
    public static int? KeyNumber(ReadOnlySpan<byte> form) =>
        form.Length >= Overhead && form[0] == FormatVersion ? BinaryPrimitives.ReadInt32BigEndian(form[2..]) : null;

    private static ReadOnlySpan<byte> GcmNonce(ReadOnlySpan<byte> form) => form.Slice(CommitmentOffset - GcmNonceLength, GcmNonceLength);

    private static void Derive(ReadOnlySpan<byte> key, ReadOnlySpan<byte> form, Span<byte> derived)
    {
        Span<byte> info = stackalloc byte[Label.Length + CommitmentOffset];
        Label.CopyTo(info);
        form[..CommitmentOffset].CopyTo(info[Label.Length..]);
        HKDF.Expand(HashAlgorithmName.SHA256, key, derived, info);
    }
}
