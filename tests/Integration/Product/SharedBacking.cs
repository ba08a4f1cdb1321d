using AtpKeyserver.DevStack;
using AtpKeyserver.Emulators.KeyVault;
using AtpKeyserver.Tests.Integration.Emulators;

namespace AtpKeyserver.Tests.Integration.Product;

/// <summary>
/// One Azurite and one vault for all tests of this process. Each test takes its own storage account and key.
/// </summary>
internal static class SharedBacking
{
    private const int Accounts = 500;

    private static readonly Lazy<Task<AzuriteProcess>> Azurite =
        new(() => AzuriteProcess.StartAsync(otherAccounts: Accounts));
    private static readonly Lazy<Task<KeyVaultEmulator>> Vault = new(() =>
        KeyVaultEmulator.StartAsync(new KeyVaultEmulatorOptions { Token = KeyVaultClient.Token }));

    private static int _accounts = -1;
    private static int _keys;

    /// <summary>The connection string of an empty storage account.</summary>
    public static async Task<string> TakeAccountAsync() =>
        (await Azurite.Value).ConnectionStringOf(Interlocked.Increment(ref _accounts));

    public static Task<KeyVaultEmulator> VaultAsync() => Vault.Value;

    /// <summary>Creates a key.</summary>
    /// <returns>The full id of its version.</returns>
    public static async Task<Uri> MakeKeyAsync() =>
        await (await Vault.Value).CreateKeyAsync($"kek-{Interlocked.Increment(ref _keys)}");
}
