using AtpKeyserver.Emulators.KeyVault;
using AtpKeyserver.Tests.Support;

namespace AtpKeyserver.Tests.Integration.Emulators;

/// <summary>One in-memory emulator for a class of tests, with a fake clock.</summary>
public sealed class KeyVaultFixture : IAsyncLifetime, IDisposable
{
    public static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    private readonly FakeClock _clock = new(Start);
    private KeyVaultClient? _client;
    private int _names;

    public KeyVaultEmulator Emulator { get; private set; } = null!;

    internal FakeClock Clock => _clock;

    internal KeyVaultClient Client => _client!;

    public async Task InitializeAsync()
    {
        Emulator = await KeyVaultEmulator.StartAsync(
            new KeyVaultEmulatorOptions { Token = KeyVaultClient.Token, TimeProvider = _clock });
        _client = new KeyVaultClient(Emulator.VaultUri, Emulator.CertificateFolder);
    }

    public async Task DisposeAsync() => await Emulator.DisposeAsync();

    public void Dispose() => _client?.Dispose();

    /// <summary>A name that no other test uses.</summary>
    internal string NewName() => $"key-{Interlocked.Increment(ref _names)}";
}
