using AtpKeyserver.Tests.Deployment.Bicep;

namespace AtpKeyserver.Tests.Deployment;

/// <summary>The compiler and the rules of <c>bicepconfig.json</c> find mistakes in a file.</summary>
public sealed class BrokenFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("keyserver-bicep-").FullName;

    public BrokenFileTests()
    {
        Write("module.bicep", "param name string\noutput upper string = toUpper(name)\n");
        Write("shared.bicep", "@export()\nvar shared = 1\nvar own = 2\noutput own int = own\n");
    }

    [Theory]
    [InlineData("BCP009", "param a string = \n")]
    [InlineData("BCP018", "resource a 'Microsoft.Web/sites@2025-03-01' = {\n  name: 'x'\n")]
    [InlineData("BCP018", "var a = {\n  b: [1, 2\n}\n")]
    [InlineData("BCP057", "output a string = b\n")]
    [InlineData("BCP028", "param a string\nparam a string\noutput b string = a\n")]
    [InlineData("no-unused-params", "param a string\n")]
    [InlineData("no-unused-vars", "var a = 1\n")]
    [InlineData("no-unused-imports", "import { shared } from 'shared.bicep'\n")]
    [InlineData("no-unused-existing-resources", """
        resource a 'Microsoft.Web/sites@2025-03-01' existing = {
          name: 'a'
        }
        """)]
    [InlineData("BCP360", "import { own } from 'shared.bicep'\noutput a int = own\n")]
    [InlineData("BCP035", "module a 'module.bicep' = {\n  name: 'a'\n  params: {}\n}\n")]
    [InlineData("BCP037", "module a 'module.bicep' = {\n  name: 'a'\n  params: { name: 'b', other: 1 }\n}\n")]
    [InlineData("BCP053", "module a 'module.bicep' = { params: { name: 'b' } }\noutput c string = a.outputs.lower\n")]
    [InlineData("BCP089", """
        resource a 'Microsoft.KeyVault/vaults@2025-05-01' = {
          name: 'a'
          location: 'westeurope'
          properties: {
            tenantId: tenant().tenantId
            sku: { family: 'A', name: 'standard' }
            enablePurgeProtektion: true
          }
        }
        """)]
    public void A_mistake_in_a_source_file_is_found(string code, string text) =>
        AssertFound(code, Write("main.bicep", text));

    [Theory]
    [InlineData("BCP258", "using 'module.bicep'\n")]
    [InlineData("BCP259", "using 'module.bicep'\nparam name = 'a'\nparam other = 1\n")]
    [InlineData("BCP033", "using 'module.bicep'\nparam name = 1\n")]
    public void A_mistake_in_a_parameter_file_is_found(string code, string text) =>
        AssertFound(code, Write("main.bicepparam", text));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void AssertFound(string code, string path) =>
        Assert.Contains(Infrastructure.Compiler.Compile(path).Diagnostics, diagnostic =>
            diagnostic.Contains($" {code}: ", StringComparison.Ordinal));

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
