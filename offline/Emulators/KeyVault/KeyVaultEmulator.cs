using System.Security.Cryptography.X509Certificates;
using AtpKeyserver.Emulators.KeyVault.Certificates;
using Microsoft.AspNetCore.Builder;

namespace AtpKeyserver.Emulators.KeyVault;

/// <summary>
/// The keys of an Azure Key Vault on loopback, over https with a certificate authority of its own. RSA keys of software
/// kind, their versions and attributes, wrap, unwrap, encrypt and decrypt with RSA-OAEP-256 and RSA-OAEP; keys that
/// were deleted stay known until they are purged.
/// <see href="https://learn.microsoft.com/rest/api/keyvault/keys/operation-groups"/>
/// </summary>
public sealed class KeyVaultEmulator : IAsyncDisposable
{
    private readonly Vault _vault;
    private readonly VaultDoor _door;
    private readonly PrivateFolder? _data;
    private readonly CertificateAuthority _authority;
    private readonly string? _temporaryFolder;
    private LoopbackServer? _server;
    private int _disposed;

    private KeyVaultEmulator(KeyVaultEmulatorOptions options, PrivateFolder? data)
    {
        _data = data;
        _temporaryFolder = data is null ? Directory.CreateTempSubdirectory("keyvault-emulator-").FullName : null;
        _authority = CertificateAuthority.Open(data);
        var certificates = data?.Inside("certificates") ?? PrivateFolder.At(_temporaryFolder!);
        _authority.Publish(certificates);
        CertificateFolder = certificates.Path;
        _vault = new Vault(data?.Inside("keys"), options.TimeProvider ?? TimeProvider.System);
        _door = new VaultDoor(_vault, options.Token);
    }

    /// <summary><c>https://localhost:{port}/</c></summary>
    public Uri VaultUri { get; private set; } = null!;

    /// <summary>
    /// A folder with nothing but the certificate of the emulator's authority: <c>ca.pem</c>, and the same under the
    /// hashed name that OpenSSL looks for. For <c>SSL_CERT_DIR</c>, or <c>NODE_EXTRA_CA_CERTS={folder}/ca.pem</c>.
    /// </summary>
    public string CertificateFolder { get; }

    /// <summary>For whoever listens in its place, on any port of <c>localhost</c>.</summary>
    public X509Certificate2 Certificate => _authority.ServerCertificate;

    /// <summary>How many requests with the right token were answered since the start.</summary>
    public long Requests => _door.Requests;

    /// <summary>Starts an emulator and returns when it answers.</summary>
    /// <exception cref="IOException">The port is taken, or another process uses the data folder.</exception>
    /// <exception cref="InvalidDataException">A file in the data folder is not what was written there.</exception>
    public static async Task<KeyVaultEmulator> StartAsync(
        KeyVaultEmulatorOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Token);
        var data = options.DataFolder is null ? null : PrivateFolder.Open(options.DataFolder, "keyvault");
        KeyVaultEmulator? emulator = null;
        try
        {
            emulator = new KeyVaultEmulator(options, data);
            await emulator.ListenAsync(options.Port, cancellation);
            return emulator;
        }
        catch
        {
            await (emulator?.DisposeAsync() ?? ValueTask.CompletedTask);
            data?.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Makes an RSA-2048 key unless there is one of that name. Returns its id with the newest version.
    /// </summary>
    /// <exception cref="InvalidOperationException">The name is not one, or a deleted key has it.</exception>
    public Task<Uri> CreateKeyAsync(string name) => Task.Run(() =>
    {
        try
        {
            var key = _vault.FindOrCreate(name);
            return new Uri(VaultUri, $"keys/{key.Name}/{key.Newest.Id}");
        }
        catch (VaultException e)
        {
            throw new InvalidOperationException(e.Message, e);
        }
    });

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
            return;
        if (_server is not null)
            await _server.DisposeAsync();
        _vault.Dispose();
        _authority.Dispose();
        _data?.Dispose();
        if (_temporaryFolder is not null && Directory.Exists(_temporaryFolder))
            Directory.Delete(_temporaryFolder, recursive: true);
    }

    private async Task ListenAsync(int port, CancellationToken cancellation)
    {
        _server = await LoopbackServer.StartAsync(
            port,
            _authority.ServerCertificate,
            (application, actualPort) =>
            {
                VaultUri = new Uri($"https://localhost:{actualPort}/");
                application.Run(_door.AnswerAsync);
            },
            cancellation);
    }
}
