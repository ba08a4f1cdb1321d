using System.IO.Compression;
using System.Security.Cryptography;

namespace AtpKeyserver.Tests.Client;

/// <summary>The client's package.</summary>
public sealed class PackTests
{
    private const string Library = "lib/net10.0/AtpKeyserver.Client";

    [Fact]
    public async Task The_package_is_complete_and_the_same_from_any_folder()
    {
        var work = Directory.CreateTempSubdirectory("pack-");
        try
        {
            var packages = await Task.WhenAll(
                PackCopyAsync(work.CreateSubdirectory("first")),
                PackCopyAsync(work.CreateSubdirectory("another-folder")));
            var (first, second) = (packages[0], packages[1]);
            foreach (var name in new[] { "README.md", "icon.png", Library + ".dll", Library + ".xml" })
                Assert.Contains(name, first.Keys);
            Assert.Equal(first[Library + ".dll"], second[Library + ".dll"]);
            var manifest = first["AtpKeyserver.Client.nuspec"];
            Assert.Equal(manifest, second["AtpKeyserver.Client.nuspec"]);
            Assert.Contains("<license type=\"expression\">MIT</license>", manifest, StringComparison.Ordinal);
            Assert.Contains("id=\"NSec.Cryptography\" version=\"26.4.0\"", manifest, StringComparison.Ordinal);
            Assert.Equal(1, manifest.Split("<dependency ").Length - 1);
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    /// <summary>Packs a copy of the sources. Analyzers find nothing there that the build has not found.</summary>
    private static async Task<Dictionary<string, string>> PackCopyAsync(DirectoryInfo folder)
    {
        SourceCopy.Make(folder.FullName, "src/Client");
        var (status, output, _) = await Command.RunAsync("dotnet",
        [
            "pack", "src/Client", "-c", "Release", "-o", folder.FullName, "-nologo", "-v:m", "--disable-build-servers",
            "-p:RunAnalyzers=false", "-p:NuGetAudit=false",
        ], folder: folder.FullName);
        Assert.True(status == 0, output);

        using var package = ZipFile.OpenRead(Assert.Single(folder.GetFiles("*.nupkg")).FullName);
        return package.Entries.ToDictionary(entry => entry.FullName, Content);
    }

    /// <summary>A text, or the hash of an assembly.</summary>
    private static string Content(ZipArchiveEntry entry)
    {
        using var reader = new StreamReader(entry.Open());
        return entry.FullName.EndsWith(".dll", StringComparison.Ordinal)
            ? Convert.ToHexString(SHA256.HashData(reader.BaseStream))
            : reader.ReadToEnd();
    }
}
