using System.IO.Compression;
using System.Security.Cryptography;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.Client;

/// <summary>The package.</summary>
public sealed class PackTests
{
    private const string Library = "lib/net10.0/AtpKeyserver.Client";

    private static readonly string Root = AzuriteProcess.RepositoryRoot();

    private static readonly string[] Shared = ["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", ".editorconfig"];

    [Fact]
    public async Task A_build_on_stand_ins_is_not_packed()
    {
        var folder = Directory.CreateTempSubdirectory("pack-");
        try
        {
            var (status, output, _) = await DotnetAsync(
                "msbuild", "src/Client/AtpKeyserver.Client.csproj", "-t:Pack", "-p:NoBuild=true", "-p:Configuration=Release",
                $"-p:PackageOutputPath={folder.FullName}");
            Assert.NotEqual(0, status);
            Assert.Contains("A package is never made on stand-ins.", output, StringComparison.Ordinal);
            Assert.Empty(folder.GetFiles());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>In place of the official NSec stands a package that is made of its stand-in here, in a folder of its own.</summary>
    [Fact]
    public async Task The_package_is_complete_and_the_same_from_any_folder()
    {
        var work = Directory.CreateTempSubdirectory("pack-");
        try
        {
            foreach (var shared in Shared)
                File.Copy(Path.Combine(Root, shared), Path.Combine(work.FullName, shared));
            var feed = work.CreateSubdirectory("feed");
            var standIn = Copy(Path.Combine(Root, "offline/StandIns/NSec.Cryptography"), work.CreateSubdirectory("nsec"));
            await PackAsync(standIn, "NSec.Cryptography", feed, feed, "-p:PackageId=NSec.Cryptography", "-p:Version=25.4.0");

            var first = await PackClientAsync(work.CreateSubdirectory("first"), feed);
            var second = await PackClientAsync(work.CreateSubdirectory("another-folder"), feed);
            foreach (var name in new[] { "README.md", "icon.png", Library + ".dll", Library + ".xml" })
                Assert.Contains(name, first.Keys);
            Assert.Equal(first[Library + ".dll"], second[Library + ".dll"]);
            Assert.Equal(first["AtpKeyserver.Client.nuspec"], second["AtpKeyserver.Client.nuspec"]);
            Assert.Contains(
                "<dependency id=\"NSec.Cryptography\" version=\"25.4.0\"", first["AtpKeyserver.Client.nuspec"], StringComparison.Ordinal);
            Assert.Contains("<license type=\"expression\">MIT</license>", first["AtpKeyserver.Client.nuspec"], StringComparison.Ordinal);
            Assert.Equal(1, first["AtpKeyserver.Client.nuspec"].Split("<dependency ").Length - 1);
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private static async Task<Dictionary<string, string>> PackClientAsync(DirectoryInfo folder, DirectoryInfo feed)
    {
        var output = folder.CreateSubdirectory("out");
        var copy = Copy(Path.Combine(Root, "src/Client"), folder.CreateSubdirectory("src").CreateSubdirectory("Client"));
        await PackAsync(copy, "AtpKeyserver.Client", output, feed, "-p:OfficialPackages=sdk");
        using var package = ZipFile.OpenRead(Assert.Single(output.GetFiles("*.nupkg")).FullName);
        return package.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using var reader = new StreamReader(entry.Open());
            if (!entry.FullName.EndsWith(".dll", StringComparison.Ordinal))
                return reader.ReadToEnd();
            return Convert.ToHexString(SHA256.HashData(reader.BaseStream));
        });
    }

    private static async Task PackAsync(
        DirectoryInfo folder, string project, DirectoryInfo output, DirectoryInfo feed, params string[] properties)
    {
        var packages = feed.Parent!.CreateSubdirectory("packages");
        var global = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var (status, said, _) = await DotnetAsync(
            ["pack", Path.Combine(folder.FullName, project + ".csproj"), "-c", "Release", "-o", output.FullName, "--disable-build-servers",
            "-p:BannedSymbols=false", "-p:NuGetAudit=false", "-p:RestoreLockedMode=false",
            $"-p:RestoreSources={feed.FullName}", $"-p:RestorePackagesPath={packages.FullName}", $"-p:RestoreFallbackFolders={global}",
            .. properties]);
        Assert.True(status == 0, said);
    }

    private static DirectoryInfo Copy(string from, DirectoryInfo to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(from, file);
            if (relative.StartsWith("bin", StringComparison.Ordinal) || relative.StartsWith("obj", StringComparison.Ordinal))
                continue;
            var copy = Path.Combine(to.FullName, relative);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return to;
    }

    private static Task<(int Status, string Output, string Errors)> DotnetAsync(params string[] arguments) =>
        Command.RunAsync("dotnet", [.. arguments, "-nologo", "-v:m", "-nodeReuse:false"], folder: Root);
}
