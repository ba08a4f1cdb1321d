using System.Security.Cryptography.X509Certificates;
using AtpKeyserver.Emulators.KeyVault.Certificates;
using Microsoft.AspNetCore.Builder;

namespace AtpKeyserver.Emulators.KeyVault;

/// <summary>
/// Emulates the keys of an Azure Key Vault on loopback, over https with its own certificate authority. Supports
/// software RSA keys with versions and attributes; wrap, unwrap, encrypt and decrypt with RSA-OAEP-256 and RSA-OAEP;
/// and soft delete. <see href="https://learn.microsoft.com/rest/api/keyvault/keys/operation-groups"/>
/// </summary>
public sealed class KeyVaultEmulator : IAsyncDisposable
{
    private readonly Vault _vault;
    private readonly VaultEndpoints _endpoints;
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
        _endpoints = new VaultEndpoints(_vault, options.Token);
    }

    /// <summary><c>https://localhost:{port}/</c></summary>
    public Uri VaultUri { get; private set; } = null!;

    /// <summary>
    /// A folder with only the authority's certificate, as <c>ca.pem</c> and under its OpenSSL hash. For
    /// <c>SSL_CERT_DIR</c>, or <c>NODE_EXTRA_CA_CERTS={folder}/ca.pem</c>.
    /// </summary>
    public string CertificateFolder { get; }

    /// <summary>
    /// The server certificate, valid on any port of <c>localhost</c>. For tests that replace the emulator.
    /// </summary>
    public X509Certificate2 Certificate => _authority.ServerCertificate;

    /// <summary>The number of authenticated requests since the start.</summary>
    public long Requests => _endpoints.Requests;

    /// <summary>Starts an emulator and returns when it is ready.</summary>
    /// <exception cref="IOException">The port is in use, or another process uses the data folder.</exception>
    /// <exception cref="InvalidDataException">A file in the data folder is damaged.</exception>
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

    /// <summary>Creates an RSA-2048 key if it does not exist. Returns its id with the newest version.</summary>
    /// <exception cref="InvalidOperationException">The name is invalid, or a deleted key has it.</exception>
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
                application.Run(_endpoints.AnswerAsync);
            },
            cancellation);
    }
}
