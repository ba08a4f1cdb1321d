using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.Client;

/// <summary>What other people's applications rely on changes on purpose only.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void The_public_API_is_the_one_that_is_written_down()
    {
        var root = AzuriteProcess.RepositoryRoot();
        var actual = ApiListing.Of(typeof(KeyserverClient).Assembly);
        var folder = Directory.CreateDirectory(Path.Combine(root, "artifacts"));
        var file = Path.Combine(folder.FullName, "PublicApi.txt");
        File.WriteAllText(file, actual);
        var written = File.ReadAllText(Path.Combine(root, "tests", "Client", "PublicApi.txt"));
        Assert.True(
            written == actual,
            "The public API has changed. If that is intended: cp artifacts/PublicApi.txt tests/Client/PublicApi.txt");
    }

    [Fact]
    public void Every_method_of_the_protocol_has_a_call()
    {
        var methods = AtpKeyserver.Tests.Support.Lexicons.LexiconCatalog.Product.Methods
            .Select(lexicon => lexicon.Id);
        var called = Literals(typeof(KeyserverClient).Assembly)
            .Where(text => text.StartsWith("dev.atpkeyserver.alpha.", StringComparison.Ordinal));
        Assert.Equal(methods.Order(StringComparer.Ordinal), called.Order(StringComparer.Ordinal));
    }

    /// <summary>The string literals of the code in an assembly.</summary>
    private static List<string> Literals(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var metadata = file.GetMetadataReader();
        var literals = new List<string>();
        var next = metadata.GetNextHandle(MetadataTokens.UserStringHandle(0));
        for (; !next.IsNil; next = metadata.GetNextHandle(next))
            literals.Add(metadata.GetUserString(next));
        return literals;
    }
}
