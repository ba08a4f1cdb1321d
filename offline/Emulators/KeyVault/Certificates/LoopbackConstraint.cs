using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace AtpKeyserver.Emulators.KeyVault.Certificates;

/// <summary>Name constraints (RFC 5280 section 4.2.1.10) that permit <c>localhost</c>, 127.0.0.0/8 and ::1.</summary>
internal static class LoopbackConstraint
{
    private const string NameConstraints = "2.5.29.30";

    private static readonly Asn1Tag PermittedSubtrees = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag DnsName = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag IpAddress = new(TagClass.ContextSpecific, 7);

    public static X509Extension Create()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence(PermittedSubtrees))
        {
            using (writer.PushSequence())
                writer.WriteCharacterString(UniversalTagNumber.IA5String, "localhost", DnsName);
            using (writer.PushSequence())
                writer.WriteOctetString([127, 0, 0, 0, 255, 0, 0, 0], IpAddress); // address, then mask
            using (writer.PushSequence())
                writer.WriteOctetString([.. new byte[15], 1, .. Enumerable.Repeat((byte)255, 16)], IpAddress);
        }

        return new X509Extension(NameConstraints, writer.Encode(), critical: true);
    }
}
