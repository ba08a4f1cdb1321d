using System.Collections.Concurrent;
using AtpKeyserver.Emulators.KeyVault;

namespace AtpKeyserver.Tests.Integration.Emulators;

public sealed class KeyVaultPersistenceTests : IDisposable
{
    private const string Version = KeyVaultClient.Version;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Keys_attributes_and_the_authority_survive_a_restart_on_another_port()
    {
        byte[] wrapped;
        string first, newest, authority;
        await using (var emulator = await StartAsync())
        {
            using var client = new KeyVaultClient(emulator.VaultUri, emulator.CertificateFolder);
            first = KeyVaultClient.PathOf(await client.CreateAsync("Kek"));
            wrapped = await client.RunAsync("wrapkey", first, [1, 2, 3]);
            newest = KeyVaultClient.PathOf(await client.RotateAsync("kek"));
            await client.CallAsync(
                HttpMethod.Patch, newest + Version, """{"attributes":{"enabled":false},"tags":{"a":"b"}}""");
            await client.CreateAsync("gone");
            await client.CallAsync(HttpMethod.Delete, $"keys/gone{Version}");
            authority = await File.ReadAllTextAsync(Path.Combine(emulator.CertificateFolder, "ca.pem"));
        }

        Assert.Empty(_folder.NotPrivate());
        await using var again = await StartAsync();
        Assert.Equal(authority, await File.ReadAllTextAsync(Path.Combine(again.CertificateFolder, "ca.pem")));
        using var after = new KeyVaultClient(again.VaultUri, again.CertificateFolder);
        Assert.Equal([1, 2, 3], await after.RunAsync("unwrapkey", first, wrapped));
        var bundle = await after.GetAsync($"keys/KEK{Version}");
        Assert.Equal(newest, KeyVaultClient.PathOf(bundle));
        Assert.False((bool)bundle["attributes"]!["enabled"]!);
        Assert.Equal("b", bundle["tags"]!.Text("a"));
        Assert.Equal(404, (await after.FailAsync(HttpMethod.Get, $"keys/gone{Version}")).Status);
        await after.GetAsync($"deletedkeys/gone{Version}");
        using (var purge = await after.SendAsync(HttpMethod.Delete, $"deletedkeys/gone{Version}"))
            Assert.Equal(204, (int)purge.StatusCode);
        Assert.Equal(["kek.json"], Directory.GetFiles(Path.Combine(_folder.Path, "keys")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Acknowledged_changes_survive_a_kill()
    {
        var answered = new ConcurrentDictionary<string, string>();
        for (var round = 0; round < 3; round++)
        {
            await using var process = await EmulatorProcess.StartAsync("KeyVault", _folder.Path);
            using var client = new KeyVaultClient(process.Address, Path.Combine(_folder.Path, "certificates"));
            foreach (var (path, modulus) in answered)
                Assert.Equal(modulus, (await client.GetAsync(path + Version))["key"]!.Text("n"));

            async Task ChangeUntilKilledAsync(string name)
            {
                try
                {
                    while (true)
                    {
                        var bundle = await client.CreateAsync(name);
                        answered[KeyVaultClient.PathOf(bundle)] = bundle["key"]!.Text("n");
                    }
                }
                catch (HttpRequestException)
                {
                    // The process was killed.
                }
            }

            var changes = new[] { "one", "two", "three" }.Select(ChangeUntilKilledAsync).ToArray();
            await process.KillAsync(() => answered.Count, TimeSpan.FromMilliseconds(40 * round));
            await Task.WhenAll(changes);
        }

        await using var last = await StartAsync();
        using var reader = new KeyVaultClient(last.VaultUri, last.CertificateFolder);
        foreach (var (path, modulus) in answered)
            Assert.Equal(modulus, (await reader.GetAsync(path + Version))["key"]!.Text("n"));
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.unfinished", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Partial_files_of_a_killed_process_are_removed()
    {
        var keys = Directory.CreateDirectory(Path.Combine(_folder.Path, "keys")).FullName;
        var leftover = Path.Combine(keys, "kek.json.0123ABCD.unfinished");
        await File.WriteAllTextAsync(leftover, "{\"na");
        await using var emulator = await StartAsync();
        Assert.False(File.Exists(leftover));
        await emulator.CreateKeyAsync("kek");
    }

    [Fact]
    public async Task A_folder_is_locked()
    {
        await using (await StartAsync())
            await Assert.ThrowsAsync<IOException>(StartAsync);
        await using var after = await StartAsync();
    }

    [Theory]
    [InlineData("keys/kek.json", "{}")]
    [InlineData("keys/kek.json", "")]
    [InlineData("keys/kek.json", """{"name":"kek","versions":[]}""")]
    [InlineData("keys/kek.json",
        """{"name":"kek","versions":[{"id":"0","privateKey":"AAAA","attributes":{},"operations":[]}]}""")]
    [InlineData("authority.pem", "")]
    public async Task A_damaged_file_is_reported_and_not_replaced(string file, string damage)
    {
        await using (var emulator = await StartAsync())
            await emulator.CreateKeyAsync("kek");
        var path = Path.Combine(_folder.Path, file);
        await File.WriteAllTextAsync(path, damage);
        var error = await Assert.ThrowsAsync<InvalidDataException>(StartAsync);
        Assert.Contains(Path.GetFileName(file), error.Message, StringComparison.Ordinal);
        Assert.Equal(damage, await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task Without_a_data_folder_no_file_remains()
    {
        string folder;
        await using (var emulator =
            await KeyVaultEmulator.StartAsync(new KeyVaultEmulatorOptions { Token = KeyVaultClient.Token }))
        {
            folder = emulator.CertificateFolder;
            Assert.Equal((UnixFileMode)0b111_000_000, TemporaryFolder.Mode(folder));
            foreach (var file in Directory.GetFiles(folder))
                Assert.DoesNotContain("PRIVATE", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
            await emulator.CreateKeyAsync("kek");
        }

        Assert.False(Directory.Exists(folder));
    }

    private Task<KeyVaultEmulator> StartAsync() =>
        KeyVaultEmulator.StartAsync(
            new KeyVaultEmulatorOptions { Token = KeyVaultClient.Token, DataFolder = _folder.Path });
}
