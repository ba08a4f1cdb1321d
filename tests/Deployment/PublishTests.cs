using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using AtpKeyserver.DevStack;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Tests.Deployment;

/// <summary>The contents of a publish folder. <c>KEYSERVER_PUBLISH_FOLDER</c> names a folder to deploy.</summary>
public sealed class PublishTests
{
    private const string StandIn = "Standin.Azure.Security.KeyVault.Keys.dll";

    private static readonly string Project = Path.Combine(AzuriteProcess.RepositoryRoot(), "src", "Functions");

    /// <summary>Run by the local Functions host; created by the build.</summary>
    private static readonly string LocalFolder = Path.Combine(Project, "bin", "Release", "net10.0", "publish");

    private static readonly string[] Needed =
    [
        "host.json", "worker.config.json", "functions.metadata", "extensions.json",
        ".azurefunctions/Microsoft.Azure.WebJobs.Extensions.FunctionMetadataLoader.dll",
        "AtpKeyserver.Functions.dll", "AtpKeyserver.Shared.dll", "Microsoft.Azure.Functions.Worker.dll",
        "Azure.Data.Tables.dll", "NSec.Cryptography.dll", "libsodium.so",
    ];

    private static readonly string[] Unwanted =
        ["Emulator", "DevStack", "FunctionsHost", "Tests", "local.settings.json"];

    [Fact]
    public void A_build_with_the_stand_in_cannot_be_published_for_release()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"keyserver-publish-{Environment.ProcessId}");
        try
        {
            var (status, output) = Publish(folder);
            if (!File.Exists(Path.Combine(LocalFolder, StandIn)))
            {
                // All packages are official.
                Assert.True(status == 0, output);
                Assert.Empty(Faults(folder).Concat(FaultsOfRelease(folder)));
                return;
            }

            Assert.NotEqual(0, status);
            Assert.Contains("Release it with -p:OfficialKeys=true.", output, StringComparison.Ordinal);
            Assert.False(Directory.Exists(folder));
        }
        finally
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_local_folder_has_what_the_host_needs() => Assert.Empty(Faults(LocalFolder));

    [Fact]
    public void A_folder_to_deploy_has_what_the_host_needs()
    {
        var folder = Environment.GetEnvironmentVariable("KEYSERVER_PUBLISH_FOLDER");
        if (!string.IsNullOrEmpty(folder))
            Assert.Empty(Faults(folder).Concat(FaultsOfRelease(folder)));
    }

    [Theory]
    [InlineData("host.json", "host.json is missing")]
    [InlineData("libsodium.so", "libsodium.so is missing")]
    [InlineData("functions.metadata", "functions.metadata is missing")]
    [InlineData("Azure.Security.KeyVault.Keys.dll", "Azure.Security.KeyVault.Keys.dll is missing")]
    [InlineData("libsecp256k1.so.1", "libsecp256k1 is missing: apt-get install libsecp256k1-1")]
    public void A_missing_file_is_found(string file, string fault) =>
        Assert.Equal([fault], FaultsOf(folder => File.Delete(Path.Combine(folder, file))));

    [Theory]
    [InlineData(StandIn, StandIn + " is a stand-in")]
    [InlineData(
        "AtpKeyserver.Emulators.KeyVault.dll", "AtpKeyserver.Emulators.KeyVault.dll does not belong in the folder")]
    public void An_unwanted_file_is_found(string file, string fault) =>
        Assert.Equal([fault], FaultsOf(folder => File.WriteAllText(Path.Combine(folder, file), "")));

    [Fact]
    public void Missing_functions_are_found() =>
        Assert.Equal(
            ["functions.metadata lacks ZzCatchAll"],
            FaultsOf(folder => WriteMetadata(folder, Functions().Where(name => name != "ZzCatchAll"))));

    /// <summary>The faults of a complete folder after a change.</summary>
    private static string[] FaultsOf(Action<string> change)
    {
        var folder = Directory.CreateTempSubdirectory("keyserver-publish-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, ".azurefunctions"));
            foreach (var file in Needed.Concat(["Azure.Security.KeyVault.Keys.dll", "libsecp256k1.so.1"]))
                File.WriteAllText(Path.Combine(folder, file), "");
            WriteMetadata(folder, Functions());
            change(folder);
            return [.. Faults(folder), .. FaultsOfRelease(folder)];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<string> Faults(string folder)
    {
        foreach (var needed in Needed)
        {
            if (!File.Exists(Path.Combine(folder, needed)))
                yield return $"{needed} is missing";
        }

        foreach (var name in Names(folder))
        {
            if (Unwanted.Any(part => name.Contains(part, StringComparison.Ordinal)))
                yield return $"{name} does not belong in the folder";
        }

        // Without it the app runs, but verifies tokens slowly.
        if (!Names(folder).Any(name => name.StartsWith("libsecp256k1.so.", StringComparison.Ordinal)))
            yield return "libsecp256k1 is missing: apt-get install libsecp256k1-1";

        if (!File.Exists(Path.Combine(folder, "functions.metadata")))
            yield break;
        foreach (var function in Functions().Except(ReadMetadata(folder)))
            yield return $"functions.metadata lacks {function}";
    }

    private static IEnumerable<string> FaultsOfRelease(string folder)
    {
        foreach (var name in Names(folder).Where(name => name.StartsWith("Standin.", StringComparison.Ordinal)))
            yield return $"{name} is a stand-in";
        if (!File.Exists(Path.Combine(folder, "Azure.Security.KeyVault.Keys.dll")))
            yield return "Azure.Security.KeyVault.Keys.dll is missing";
    }

    private static IEnumerable<string> Names(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetFileName(file));

    private static string[] Functions() =>
    [
        .. Assembly.Load("AtpKeyserver.Functions").GetTypes().SelectMany(type => type.GetMethods())
            .Select(method => method.GetCustomAttribute<FunctionAttribute>()?.Name).OfType<string>(),
    ];

    private static IEnumerable<string> ReadMetadata(string folder) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "functions.metadata"))).RootElement
            .EnumerateArray().Select(function => function.GetProperty("name").GetString()!);

    private static void WriteMetadata(string folder, IEnumerable<string> names) => File.WriteAllText(
        Path.Combine(folder, "functions.metadata"), JsonSerializer.Serialize(names.Select(name => new { name })));

    private static (int Status, string Output) Publish(string folder)
    {
        string[] arguments =
            ["publish", Project, "--no-build", "-c", "Release", "-o", folder, "--nologo", "--disable-build-servers"];
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}
