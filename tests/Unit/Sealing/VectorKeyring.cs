using System.Security.Cryptography;
using AtpKeyserver.Sealing;
using AtpKeyserver.Storage;
using AtpKeyserver.Tests.Support.Stored;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Tests.Unit.Sealing;

/// <summary>A keyring whose root is a given key.</summary>
internal static class VectorKeyring
{
    public static Keyring Make(byte[] root, string pinned)
    {
        using var made = RSA.Create(2048);
        var rsa = RSA.Create(made.ExportParameters(includePrivateParameters: true));
        var row = new TableEntity("keyring", "root")
        {
            ["Wrapped"] = rsa.Encrypt(root, RSAEncryptionPadding.OaepSHA256),
            ["Kek"] = TestVault.Version,
        };
        RowMac.Sign(row, "keyring", new SealingKey(root, 0));
        var stored = new StoredRow("keyring", "keyring", "root", TimeProvider.System.GetUtcNow(), row
            .Where(column => column.Key is "Wrapped" or "Kek" or "Mac" or "WrittenAt")
            .ToDictionary(column => column.Key, column => column.Value));
        var storage = new TableServiceClient(
            $"DefaultEndpointsProtocol=http;AccountName=a;AccountKey=AAAA;TableEndpoint=http://localhost/a;",
            new TableClientOptions { Transport = new HttpClientTransport(new HttpClient(new StoredRows([stored]))) });
        var vault = new HttpClientTransport(new HttpClient(new TestVault(rsa)));
        var kek = new Kek(TestVault.Id, new EmulatorCredential("t"), emulator: true, vault);
        var options = new KeyserverOptions { KeyVault = { KeyringFingerprint = pinned } };
        var rows = new KeyringTable(new Tables(storage, storage), kek, TimeProvider.System, NullLogger<KeyringTable>.Instance);
        return new Keyring(rows, Options.Create(options), NullLogger<Keyring>.Instance);
    }
}
