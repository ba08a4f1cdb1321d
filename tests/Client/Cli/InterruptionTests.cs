using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using AtpKeyserver.Tests.Support;

namespace AtpKeyserver.Tests.Client.Cli;

/// <summary>Ctrl-C and SIGTERM end <c>atpkey</c> in order, whatever it waits for.</summary>
[Collection(OnRunningKeyserver.Name)]
public sealed class InterruptionTests(RunningKeyserver running)
{
    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task While_it_waits_for_a_server(string signal)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var process = Start(
            ["whoami", "--json"],
            ("ATPKEY_PDS", $"http://{silent.LocalEndpoint}"),
            ("ATPKEY_ACCOUNT", "alice.test"),
            ("ATPKEY_APP_PASSWORD", "x"));
        using var connection = await silent.AcceptTcpClientAsync().WaitAsync(Eventually.Patience);
        await SendAsync(process, signal);
        Assert.Equal(
            "{\n  \"error\": \"Interrupted\",\n  \"message\": \"Interrupted.\"\n}\n",
            await process.StandardError.ReadToEndAsync().WaitAsync(Eventually.Patience));
        await process.WaitForExitAsync();
        Assert.Equal(130, process.ExitCode);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task While_it_waits_for_the_user(string signal)
    {
        var alice = running.NewAccount();
        using var process = Start(
            ["group", "delete", "team"],
            ("ATPKEY_KEYSERVER", running.Did),
            ("ATPKEY_PDS", running.Pds.OriginalString),
            ("ATPKEY_ACCOUNT", alice.Handle),
            ("ATPKEY_APP_PASSWORD", alice.AccessToken));
        var prompt = $"Type {alice.Did}#team to continue: ";
        var seen = "";
        while (!seen.EndsWith(prompt, StringComparison.Ordinal))
        {
            var next = new char[1];
            Assert.Equal(1, await process.StandardError.ReadAsync(next).AsTask().WaitAsync(Eventually.Patience));
            seen += next[0];
        }

        await SendAsync(process, signal);
        Assert.Equal(
            "Interrupted.\n", await process.StandardError.ReadToEndAsync().WaitAsync(Eventually.Patience));
        await process.WaitForExitAsync();
        Assert.Equal(130, process.ExitCode);
    }

    /// <summary>Shells start background jobs with SIGINT ignored, and the test may be in one.</summary>
    private static Process Start(string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(
            "env", ["--default-signal=INT,TERM", "dotnet", CliTests.Tool, .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static async Task SendAsync(Process process, string signal) => await Command.RunAsync(
        "kill", [$"-{signal}", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
}
