using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Tests.Support.Stored;
using Azure;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Tests.Unit.KeyManagement;

/// <summary>The root row is authenticated by the key that it wraps, so its KEK must be validated first.</summary>
public sealed class RootRowTests
{
    private const string Vault = "https://golden.vault.azure.net";

    [Theory]
    [InlineData("https://elsewhere.example/keys/kek/00000000000000000000000000000001")]
    [InlineData(Vault + "/keys/kek")]
    [InlineData(Vault + "/keys/kek/")]
    [InlineData(Vault + "/keys//1")]
    [InlineData(Vault + "/secrets/kek/00000000000000000000000000000001")]
    [InlineData(Vault + "/keys/kek/00000000000000000000000000000001/")]
    [InlineData(Vault + "/keys/kek/00000000000000000000000000000001/more")]
    [InlineData(Vault + "/keys/kek/00000000000000000000000000000001?a=b")]
    [InlineData(Vault + "/keys/kek/00000000000000000000000000000001#a")]
    [InlineData("https://user@golden.vault.azure.net/keys/kek/00000000000000000000000000000001")]
    [InlineData("kek")]
    [InlineData("")]
    public Task A_KEK_outside_our_vault_is_reported_as_tampering(string kek) =>
        Assert.ThrowsAsync<TamperedException>(() => Open(kek, new Lines()));

    [Fact]
    public async Task A_missing_KEK_is_logged_with_the_configured_one()
    {
        var lines = new Lines();
        const string Unknown = Vault + "/keys/kek/00000000000000000000000000000002";
        var failed = await Assert.ThrowsAsync<RequestFailedException>(() => Open(Unknown, lines));
        Assert.Equal(404, failed.Status);
        var line = Assert.Single(lines.All);
        Assert.Contains(Unknown, line, StringComparison.Ordinal);
        Assert.Contains($"Configured KEK: {TestVault.Id}", line, StringComparison.Ordinal);
    }

    private static Task<SealingKey> Open(string kek, Lines lines) =>
        VectorKeyring.Make(new byte[SealingKey.Length], "", kek, lines).RootAsync(CancellationToken.None).AsTask();

    private sealed class Lines : ILogger<KeyringTable>
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
                Func<TState, Exception?, string> formatter) =>
            All.Add(formatter(state, exception));
    }
}
