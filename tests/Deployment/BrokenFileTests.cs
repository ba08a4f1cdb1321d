using AtpKeyserver.Tests.Deployment.Bicep;

namespace AtpKeyserver.Tests.Deployment;

/// <summary>The reader of Bicep files sees what is wrong with one.</summary>
public sealed class BrokenFileTests
{
    [Theory]
    [InlineData("param a string = \n")]
    [InlineData("resource a 'T/t@2024-01-01' = {\n  name: 'x'\n")]
    [InlineData("var a = {\n  b: [1, 2\n}\n")]
    public void A_broken_file_has_an_error(string text)
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Path.GetRandomFileName()}.bicep");
        File.WriteAllText(path, text);
        try
        {
            Assert.Contains(Assert.Single(Infrastructure.Parse(path)).Root.All, node => node.Error);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
