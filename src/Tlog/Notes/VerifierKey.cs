using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using NSec.Cryptography;

namespace AtpKeyserver.Tlog;

/// <summary>
/// A key that verifies notes: <c>{name}+{hex of key id}+{base64 of type ‖ public key}</c>, called vkey.
/// <see href="https://c2sp.org/signed-note#verifier-keys"/>
/// </summary>
public sealed class VerifierKey
{
    /// <summary>Of a public key, in bytes.</summary>
    public const int PublicKeySize = 32;

    private const int IdLength = 8;
    private const int MaxLength = KeyName.MaxLength + 1 + IdLength + 1 + 44;

    private readonly PublicKey _publicKey;

    private VerifierKey(string name, SignatureType type, PublicKey publicKey)
    {
        (Name, Type, _publicKey) = (name, type, publicKey);
        Bytes = publicKey.Export(KeyBlobFormat.RawPublicKey);
        var id = Hash.Sha256([.. Encoding.UTF8.GetBytes(name), (byte)'\n', (byte)type, .. Bytes.Span]);
        KeyId = BinaryPrimitives.ReadUInt32BigEndian(id.Span);
    }

    /// <summary>The name of the key; of a log, its origin.</summary>
    public string Name { get; }

    /// <summary>What the key signs.</summary>
    public SignatureType Type { get; }

    /// <summary>The start of SHA-256(name ‖ newline ‖ type ‖ public key); it is no strong hash.</summary>
    public uint KeyId { get; }

    /// <summary>The Ed25519 public key (RFC 8032), 32 bytes.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Makes a key from its parts.</summary>
    /// <returns>False if the name, the type or the public key is not valid.</returns>
    public static bool TryCreate(
        string name, SignatureType type, ReadOnlySpan<byte> publicKey, [NotNullWhen(true)] out VerifierKey? key)
    {
        key = null;
        if (!KeyName.IsValid(name) || type is not (SignatureType.Ed25519 or SignatureType.Cosignature)
            || publicKey.Length != PublicKeySize || !PublicKey.TryImport(
                SignatureAlgorithm.Ed25519, publicKey, KeyBlobFormat.RawPublicKey, out var imported))
            return false;
        key = new VerifierKey(name, type, imported!);
        return true;
    }

    /// <summary>Reads a vkey in UTF-8. False also if its key id is not that of the name, type and public key.</summary>
    public static bool TryParse(ReadOnlySpan<byte> vkey, [NotNullWhen(true)] out VerifierKey? key)
    {
        key = null;
        var plus = vkey.IndexOf((byte)'+');
        if (plus < 0 || vkey.Length > MaxLength)
            return false;
        var rest = vkey[(plus + 1)..];
        if (rest.Length <= IdLength || rest[IdLength] != '+' || !KeyName.IsValid(vkey[..plus])
            || !StrictBase64.TryDecode(rest[(IdLength + 1)..], out var bytes) || bytes.Length != 1 + PublicKeySize
            || !TryCreate(Encoding.UTF8.GetString(vkey[..plus]), (SignatureType)bytes[0], bytes.AsSpan(1), out var read)
            || !rest.StartsWith(Encoding.ASCII.GetBytes(read.HexId)))
            return false;
        key = read;
        return true;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{byte}, out VerifierKey?)"/>
    public static bool TryParse(string? vkey, [NotNullWhen(true)] out VerifierKey? key)
    {
        key = null;
        return vkey is { Length: <= MaxLength }
            && StrictUtf8.TryGetBytes(vkey, out var utf8) && TryParse(utf8, out key);
    }

    /// <summary>The vkey.</summary>
    public override string ToString() =>
        $"{Name}+{HexId}+{Convert.ToBase64String([(byte)Type, .. Bytes.Span])}";

    private string HexId => KeyId.ToString("x8", CultureInfo.InvariantCulture);

    /// <summary>Whether the signature is one of this key over the text of a note.</summary>
    /// <param name="text">The text, in UTF-8.</param>
    /// <param name="signature">What follows the key id in the signature line.</param>
    /// <param name="timestamp">The time of a cosignature, in seconds; otherwise 0.</param>
    internal bool TryVerify(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature, out long timestamp)
    {
        timestamp = 0;
        if (Type == SignatureType.Ed25519)
            return SignatureAlgorithm.Ed25519.Verify(_publicKey, text, signature);
        return CosignedMessage.TryReadTimestamp(signature, out timestamp) && SignatureAlgorithm.Ed25519.Verify(
            _publicKey, CosignedMessage.Of(timestamp, text), signature[CosignedMessage.TimestampSize..]);
    }
}
