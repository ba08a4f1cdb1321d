using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace AtpKeyserver.Emulators.KeyVault.Certificates;

/// <summary>
/// An ECDSA P-256 authority that is constrained to loopback (X.509 name constraints, RFC 5280 section 4.2.1.10), so
/// that trusting it is safe. Issues a new server certificate at each start. Uses the system's clock, because clients
/// do.
/// </summary>
internal sealed class CertificateAuthority : IDisposable
{
    private const string FileName = "authority.pem";
    private const string CommonName = "Key Vault emulator on this machine";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const int SerialBytes = 16;

    private static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(3650);
    private static readonly TimeSpan ServerLifetime = TimeSpan.FromDays(365);
    private static readonly TimeSpan ClockDifference = TimeSpan.FromDays(1);

    private readonly X509Certificate2 _certificate;

    private CertificateAuthority(X509Certificate2 certificate)
    {
        _certificate = certificate;
        ServerCertificate = Issue(certificate);
    }

    public X509Certificate2 ServerCertificate { get; }

    /// <summary>Loads the authority from the folder, or creates and saves a new one.</summary>
    public static CertificateAuthority Open(PrivateFolder? folder)
    {
        if (folder?.Read(FileName) is { } stored)
        {
            var certificate = Load(stored);
            if (certificate.NotAfter.ToUniversalTime() > TimeProvider.System.GetUtcNow() + ServerLifetime)
                return new CertificateAuthority(certificate);
            certificate.Dispose();
        }

        var made = Make();
        using var key = made.GetECDsaPrivateKey()!;
        folder?.Write(
            FileName, Encoding.ASCII.GetBytes($"{made.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n"));
        return new CertificateAuthority(made);
    }

    /// <summary>
    /// Writes the certificate without the key, as <c>ca.pem</c> and as <c>{subject hash}.0</c>. .NET reads all files of
    /// a certificate folder; OpenSSL and curl need the hashed name.
    /// </summary>
    public void Publish(PrivateFolder folder)
    {
        var pem = Encoding.ASCII.GetBytes(_certificate.ExportCertificatePem() + "\n");
        folder.Write("ca.pem", pem);
        folder.Write(SubjectHash.OfCommonName(CommonName) + ".0", pem);
    }

    public void Dispose()
    {
        ServerCertificate.Dispose();
        _certificate.Dispose();
    }

    private static X509Certificate2 Load(byte[] stored)
    {
        try
        {
            var pem = Encoding.ASCII.GetString(stored);
            return X509Certificate2.CreateFromPem(pem, pem);
        }
        catch (CryptographicException e)
        {
            throw new InvalidDataException($"{FileName} in the data folder is damaged: {e.Message}", e);
        }
    }

    private static X509Certificate2 Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={CommonName}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(LoopbackConstraint.Create());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now - ClockDifference, now + AuthorityLifetime);
    }

    private static X509Certificate2 Issue(X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        var now = TimeProvider.System.GetUtcNow();
        var serial = RandomNumberGenerator.GetBytes(SerialBytes);
        serial[0] &= 0x7f; // A serial number must be positive.
        using var issued = request.Create(authority, now - ClockDifference, now + ServerLifetime, serial);
        return issued.CopyWithPrivateKey(key);
    }
}
