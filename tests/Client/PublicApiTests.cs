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
        var nsids = typeof(Nsid)
            .GetFields(System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)
            .Where(field => field.Name != "Authority")
            .Select(field => (string)field.GetRawConstantValue()!);
        var methods = AtpKeyserver.Tests.Support.Lexicons.LexiconCatalog.Product.Methods
            .Select(lexicon => lexicon.Id);
        Assert.Equal(methods.Order(StringComparer.Ordinal), nsids.Order(StringComparer.Ordinal));
    }
}
