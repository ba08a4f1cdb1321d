using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography;

namespace AtpKeyserver.Emulators.KeyVault.Certificates;

/// <summary>
/// The file name of an authority in an OpenSSL certificate folder, as printed by <c>openssl x509 -subject_hash</c>: the
/// first four bytes, little-endian, of SHA-1 over the subject's parts as lower-case UTF-8 strings, without the outer
/// sequence. <see href="https://docs.openssl.org/3.0/man3/X509_NAME_hash_ex/"/>
/// </summary>
internal static class SubjectHash
{
    private const string CommonName = "2.5.4.3";

    /// <param name="name">ASCII, single spaces.</param>
    public static string OfCommonName(string name)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSetOf())
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(CommonName);
            writer.WriteCharacterString(UniversalTagNumber.UTF8String, name.ToLowerInvariant());
        }

#pragma warning disable CA5350 // A file name, not used for security.
        var hash = SHA1.HashData(writer.Encode());
#pragma warning restore CA5350
        return BinaryPrimitives.ReadUInt32LittleEndian(hash).ToString("x8", provider: null);
    }
}
