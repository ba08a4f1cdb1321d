using System.Diagnostics;
using System.Text.Json;
using AtpKeyserver.Tests.Deployment.Bicep;

namespace AtpKeyserver.Tests.Deployment;

/// <summary>
/// What a publish folder holds. The stand-ins' is made here; that of the official packages is checked where it is built, by
/// <c>KEYSERVER_PUBLISH_FOLDER</c>.
/// </summary>
public sealed class PublishTests
{
    private static readonly string[] Needed = ["host.json", "AtpKeyserver.Functions.dll", "AtpKeyserver.Shared.dll"];

    private static readonly string[] NeededOfOfficial =
    [
        "Azure.Data.Tables.dll", "Azure.Security.KeyVault.Keys.dll", "NSec.Cryptography.dll", "Microsoft.Azure.Functions.Worker.dll",
        "worker.config.json",
    ];

    [Fact]
    public void A_folder_with_the_stand_ins_has_host_json_and_nothing_of_the_emulators()
    {
        var folder = Directory.CreateTempSubdirectory("keyserver-publish-").FullName;
        try
        {
            Publish(folder);
            Assert.Empty(Always(folder));
            // So this build can never be taken for one to deploy.
            Assert.NotEmpty(Official(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_folder_to_deploy_has_what_the_host_needs()
    {
        var folder = Environment.GetEnvironmentVariable("KEYSERVER_PUBLISH_FOLDER");
        if (string.IsNullOrEmpty(folder))
            return;
        Assert.Empty(Always(folder).Concat(Official(folder)));
    }

    [Fact]
    public void The_check_of_a_folder_to_deploy_sees_what_is_missing_and_what_must_not_be_there()
    {
        var folder = Directory.CreateTempSubdirectory("keyserver-publish-").FullName;
        try
        {
            foreach (var file in Needed.Concat(NeededOfOfficial).Append("libsecp256k1.so.1"))
                File.WriteAllText(Path.Combine(folder, file), "");

            File.WriteAllText(Path.Combine(folder, "functions.metadata"), """[{"name":"A"},{"name":"B"}]""");
            Assert.Empty(Always(folder).Concat(Official(folder)));
            File.WriteAllText(Path.Combine(folder, "Standin.NSec.Cryptography.dll"), "");
            Assert.Single(Official(folder));
            File.Delete(Path.Combine(folder, "functions.metadata"));
            Assert.Equal(2, Official(folder).Count());
            File.WriteAllText(Path.Combine(folder, "AtpKeyserver.Emulators.KeyVault.dll"), "");
            Assert.Single(Always(folder));
            File.Delete(Path.Combine(folder, "host.json"));
            Assert.Equal(2, Always(folder).Count());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Faults of any folder.</summary>
    private static IEnumerable<string> Always(string folder)
    {
        foreach (var needed in Needed)
        {
            if (!File.Exists(Path.Combine(folder, needed)))
                yield return $"{needed} is missing";
        }

        foreach (var name in Names(folder).Where(name => name.Contains("Emulator", StringComparison.OrdinalIgnoreCase)
            || name.Contains("DevStack", StringComparison.OrdinalIgnoreCase) || name.Contains("Tests", StringComparison.Ordinal)
            || name is "local.settings.json"))
        {
            yield return $"{name} does not belong there";
        }
    }

    /// <summary>Faults of a folder to deploy.</summary>
    private static IEnumerable<string> Official(string folder)
    {
        foreach (var name in Names(folder).Where(name => name.StartsWith("Standin.", StringComparison.Ordinal)))
            yield return $"{name} is a stand-in";
        foreach (var needed in NeededOfOfficial)
        {
            if (!File.Exists(Path.Combine(folder, needed)))
                yield return $"{needed} is missing";
        }

        // It would run, and verify slowly.
        if (!Names(folder).Any(name => name.StartsWith("libsecp256k1.so.", StringComparison.Ordinal)))
            yield return "libsecp256k1 is missing: apt-get install libsecp256k1-1";

        var metadata = Path.Combine(folder, "functions.metadata");
        if (!File.Exists(metadata) || JsonDocument.Parse(File.ReadAllText(metadata)).RootElement.GetArrayLength() == 0)
            yield return "functions.metadata has no function";
    }

    private static IEnumerable<string> Names(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetFileName(file));

    private static void Publish(string folder)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments = ["publish", Path.Combine(Infrastructure.Root, "src", "Functions"), "--no-build", "-o", folder];
        foreach (var argument in arguments.Concat(["-c", "Release", "--nologo", "--disable-build-servers"]))
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output + errors.Result);
    }
}
