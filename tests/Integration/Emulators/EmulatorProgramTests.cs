using System.Net;
using System.Net.Sockets;
using AtpKeyserver.DevStack;
using AtpKeyserver.Emulators.Atproto;
using AtpKeyserver.Emulators.KeyVault;

namespace AtpKeyserver.Tests.Integration.Emulators;

public sealed class EmulatorProgramTests : IDisposable
{
    private static readonly Dictionary<string, string?> Environment =
        new() { ["KEYVAULT_EMULATOR_TOKEN"] = KeyVaultClient.Token };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("KeyVault", "^https://localhost:[0-9]+/$")]
    [InlineData("Atproto", "^http://localhost:[0-9]+/$")]
    public async Task A_program_reports_when_it_is_ready_keeps_its_port_and_stops_on_SIGTERM(
        string emulator, string address)
    {
        var port = LoopbackPort.Choose();
        await using (var first = await EmulatorProcess.StartAsync(emulator, _folder.Path, port))
        {
            Assert.Matches(address, first.Address.AbsoluteUri);
            Assert.Equal(port, first.Address.Port);
            Assert.Equal(0, await first.TerminateAsync());
        }

        await using var second = await EmulatorProcess.StartAsync(emulator, _folder.Path, port);
        Assert.Equal(port, second.Address.Port);
    }

    [Theory]
    [InlineData("KeyVault")]
    [InlineData("Atproto")]
    public async Task A_program_reports_invalid_arguments_and_a_port_in_use(string emulator)
    {
        using var listener = Loopback.Take(IPAddress.Loopback, out var taken);
        foreach (
            var arguments in new string[][] { ["--what"], ["--port"], ["--port", "70000"], ["--data"],
            ["--port", $"{taken}"] })
        {
            var (code, output) =
                await Command.RunAsync("dotnet", [EmulatorProcess.Program(emulator), .. arguments], Environment);
            Assert.Equal(1, code);
            Assert.NotEmpty(output);
            Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("KeyVault")]
    [InlineData("Atproto")]
    public async Task A_program_runs_without_IPv6(string emulator)
    {
        await using var process = await EmulatorProcess.StartAsync(emulator, _folder.Path, withoutIPv6: true);
        using var client = new TcpClient(AddressFamily.InterNetwork);
        await client.ConnectAsync(IPAddress.Loopback, process.Address.Port);
    }

    [Fact]
    public async Task The_vault_does_not_start_without_a_token()
    {
        var environment = new Dictionary<string, string?> { ["KEYVAULT_EMULATOR_TOKEN"] = null };
        var (code, output) = await Command.RunAsync("dotnet", [EmulatorProcess.Program("KeyVault")], environment);
        Assert.Equal(1, code);
        Assert.Contains("KEYVAULT_EMULATOR_TOKEN", output, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(
            () => KeyVaultEmulator.StartAsync(new KeyVaultEmulatorOptions { Token = " " }));
    }

    [Fact]
    public async Task A_port_in_use_is_an_IOException_and_unlocks_the_folder()
    {
        var vault = new KeyVaultEmulatorOptions { Token = KeyVaultClient.Token, DataFolder = _folder.Path };
        var atproto = new AtprotoEmulatorOptions { DataFolder = _folder.Path };
        foreach (var address in Loopback.Addresses)
        {
            using var listener = Loopback.Take(address, out var taken);
            await Assert.ThrowsAsync<IOException>(() => KeyVaultEmulator.StartAsync(vault with { Port = taken }));
            await Assert.ThrowsAsync<IOException>(() => AtprotoEmulator.StartAsync(atproto with { Port = taken }));
        }

        await using var one = await KeyVaultEmulator.StartAsync(vault);
        await using var two = await AtprotoEmulator.StartAsync(atproto);
    }
}
