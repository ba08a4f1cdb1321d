using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Tests.Support.Stored;
using Azure;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Tests.Unit.Sealing;

/// <summary>The root's row is signed by what it wraps: the KEK that it names has to be judged before anything vouches for it.</summary>
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
    public Task What_is_no_version_of_a_key_in_our_vault_is_tampering(string kek) =>
        Assert.ThrowsAsync<TamperedException>(() => Open(kek, new Lines()));

    [Fact]
    public async Task A_KEK_that_the_vault_does_not_have_is_named_in_the_log_with_the_one_that_is_configured()
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
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Add(formatter(state, exception));
    }
}
