using System.Security.Cryptography;
using AtpKeyserver.Configuration;
using AtpKeyserver.Crypto;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using AtpKeyserver.Tests.Support.Stored;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Tests.Unit.KeyManagement;

/// <summary>A keyring with a given root key.</summary>
internal static class VectorKeyring
{
    private static readonly RSA Vault = RSA.Create(2048);

    /// <param name="root">32 bytes.</param>
    /// <param name="pinned">The configured fingerprint; empty for none.</param>
    /// <param name="wrappedBy">The KEK in the root row.</param>
    /// <param name="logger">Null for none.</param>
    public static Keyring Make(
        byte[] root, string pinned, string? wrappedBy = null, ILogger<KeyringTable>? logger = null)
    {
        var row = new TableEntity("keyring", "root")
        {
            ["Wrapped"] = Wrap(root),
            ["Kek"] = wrappedBy ?? TestVault.Version,
        };
        RowMac.Sign(row, "keyring", new SealingKey(root, 0));
        var stored = new StoredRow("keyring", "keyring", "root", TimeProvider.System.GetUtcNow(), row
            .Where(column => column.Key is "Wrapped" or "Kek" or "Mac" or "WrittenAt")
            .ToDictionary(column => column.Key, column => column.Value));
        var storage = new TableServiceClient(
            $"DefaultEndpointsProtocol=http;AccountName=a;AccountKey=AAAA;TableEndpoint=http://localhost/a;",
            new TableClientOptions { Transport = new HttpClientTransport(new HttpClient(new StoredRows([stored]))) });
        var vault = new HttpClientTransport(new HttpClient(new TestVault(Vault)));
        var kek = new Kek(TestVault.Id, new EmulatorCredential("t"), emulator: true, vault);
        var options = new KeyserverOptions { KeyVault = { KeyringFingerprint = pinned } };
        var rows = new KeyringTable(
            new Tables(storage, storage), kek, TimeProvider.System, logger ?? NullLogger<KeyringTable>.Instance);
        var killSwitch = new KillSwitch(new ConfigurationBuilder().Build(), NullLogger<KillSwitch>.Instance);
        return new Keyring(rows, killSwitch, Options.Create(options), NullLogger<Keyring>.Instance);
    }

    private static byte[] Wrap(byte[] root)
    {
        lock (Vault)
            return Vault.Encrypt(root, RSAEncryptionPadding.OaepSHA256);
    }
}
