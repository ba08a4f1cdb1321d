using System.Text.Json;
using AtpKeyserver.Tests.Support.Lexicons;

namespace AtpKeyserver.Tests.Contract.Lexicons;

public sealed class LexiconValidatorTests
{
    private const string Nsid = "org.example.give";

    private static readonly LexiconCatalog Catalog = new(
    [
        Lexicon.Parse("org/example/give.json",
            """
            {"lexicon":1,"id":"org.example.give","defs":{
              "main":{"type":"procedure",
                "input":{"encoding":"application/json","schema":{"type":"object","required":["n"],
                "properties":{"n":{"type":"integer"}}}},
                "output":{"encoding":"application/json","schema":{"type":"object","required":["n"],"nullable":["maybe"],
                "properties":{
                  "n":{"type":"integer","minimum":1,"maximum":9},
                  "one":{"type":"integer","const":1}, "few":{"type":"integer","enum":[2,3]},
                  "s":{"type":"string","minLength":2,"maxLength":4}, "g":{"type":"string","minGraphemes":2,
                  "maxGraphemes":3},
                  "kind":{"type":"string","knownValues":["a","b"]}, "done":{"type":"string","const":"done"},
                  "did":{"type":"string","format":"did"}, "at":{"type":"string","format":"datetime"},
                  "nsid":{"type":"string","format":"nsid"},
                  "yes":{"type":"boolean"}, "true":{"type":"boolean","const":true}, "maybe":{"type":"string"},
                  "any":{"type":"unknown"},
                  "list":{"type":"array","minLength":1,"maxLength":2,"items":{"type":"ref",
                  "ref":"org.example.defs#thing"}},
                  "either":{"type":"union","refs":["#left","org.example.defs#thing"]}}}}},
              "left":{"type":"object","required":["l"],"properties":{"l":{"type":"integer"}}}}}
            """),
        Lexicon.Parse("org/example/defs.json",
            """
            {"lexicon":1,"id":"org.example.defs","defs":{
              "thing":{"type":"object","properties":{"name":{"type":"ref","ref":"#name"}}}, "name":{"type":"string",
              "maxLength":3}}}
            """),
        Lexicon.Parse("org/example/see.json",
            """{"lexicon":1,"id":"org.example.see","defs":{"main":{"type":"query"}}}"""),
    ]);

    [Theory]
    [InlineData("""{"n":1}""")]
    [InlineData("""{"n":9,"one":1,"few":3,"s":"äö","g":"👩‍👩‍👧é","kind":"b","done":"done"}""")]
    [InlineData(
        """{"n":1,"did":"did:plc:ewvi7nxzyoun6zhxrhs64oiz","at":"2025-01-23T10:30:00.000Z","nsid":"""
            + """ "org.example.give"}""")]
    [InlineData("""{"n":1,"did":"did:web:localhost%3A8080","at":"2025-01-23T10:30:00+01:00"}""")]
    [InlineData("""{"n":1,"yes":false,"true":true,"maybe":null,"any":{"x":[null]}}""")]
    [InlineData("""{"n":1,"list":[{"name":"abc"},{}]}""")]
    [InlineData("""{"n":1,"either":{"$type":"org.example.give#left","l":1}}""")]
    [InlineData("""{"n":1,"either":{"$type":"org.example.defs#thing","name":"x"}}""")]
    public void Accepts_what_the_lexicon_allows(string output) => Assert.Empty(Output(output));

    [Theory]
    [InlineData("[]", "$ is not an object")]
    [InlineData("{}", "$.n is missing")]
    [InlineData("""{"n":null}""", "$.n is null")]
    [InlineData("""{"n":"1"}""", "$.n is not an integer")]
    [InlineData("""{"n":1.5}""", "$.n is not an integer")]
    [InlineData("""{"n":1e40}""", "$.n is not an integer")]
    [InlineData("""{"n":-9223372036854775808}""", "$.n is not an integer")]
    [InlineData("""{"n":0}""", "$.n is 0, too small")]
    [InlineData("""{"n":10}""", "$.n is 10, too large")]
    [InlineData("""{"n":1,"n":2}""", "$.n occurs 2 times")]
    [InlineData("""{"n":1,"new":2}""", "$.new is not in the lexicon")]
    [InlineData("""{"n":1,"one":2}""", "$.one is not 1")]
    [InlineData("""{"n":1,"few":4}""", "$.few is not a listed value")]
    [InlineData("""{"n":1,"s":7}""", "$.s is not a string")]
    [InlineData("""{"n":1,"s":"a"}""", "$.s has 1 bytes, too few")]
    [InlineData("""{"n":1,"s":"äöü"}""", "$.s has 6 bytes, too many")]
    [InlineData("""{"n":1,"g":"👩‍👩‍👧"}""", "$.g has 1 graphemes, too few")]
    [InlineData("""{"n":1,"g":"abcd"}""", "$.g has 4 graphemes, too many")]
    [InlineData("""{"n":1,"kind":"c"}""", "$.kind is not a listed value")]
    [InlineData("""{"n":1,"done":"undone"}""", "$.done is not 'done'")]
    [InlineData("""{"n":1,"did":"alice.example"}""", "$.did is not a valid did")]
    [InlineData("""{"n":1,"did":"did:plc:"}""", "$.did is not a valid did")]
    [InlineData("""{"n":1,"at":"2025-01-23 10:30:00Z"}""", "$.at is not a valid datetime")]
    [InlineData("""{"n":1,"at":"2025-13-23T10:30:00Z"}""", "$.at is not a valid datetime")]
    [InlineData("""{"n":1,"at":"2025-01-23T10:30:00"}""", "$.at is not a valid datetime")]
    [InlineData("""{"n":1,"at":"2025-01-23T10:30:00-00:00"}""", "$.at is not a valid datetime")]
    [InlineData("""{"n":1,"nsid":"give"}""", "$.nsid is not a valid nsid")]
    [InlineData("""{"n":1,"nsid":"org.example.give\n"}""", "$.nsid is not a valid nsid")]
    [InlineData("""{"n":1,"yes":"true"}""", "$.yes is not a boolean")]
    [InlineData("""{"n":1,"true":false}""", "$.true is not True")]
    [InlineData("""{"n":1,"any":[]}""", "$.any is not an object")]
    [InlineData("""{"n":1,"list":{}}""", "$.list is not an array")]
    [InlineData("""{"n":1,"list":[]}""", "$.list has 0 entries, too few")]
    [InlineData("""{"n":1,"list":[{},{},{}]}""", "$.list has 3 entries, too many")]
    [InlineData("""{"n":1,"list":[{},{"name":"long"}]}""", "$.list[1].name has 4 bytes, too many")]
    [InlineData("""{"n":1,"list":[null]}""", "$.list[0] is not an object")]
    [InlineData("""{"n":1,"either":{"l":1}}""", "$.either has no $type")]
    [InlineData("""{"n":1,"either":{"$type":"org.example.give#left"}}""", "$.either.l is missing")]
    [InlineData("""{"n":1,"either":{"$type":"org.example.no#thing"}}""",
        "$.either is a org.example.no#thing, which is not in the lexicon")]
    public void Reports_each_error_with_its_path(string output, string problem) =>
        Assert.Equal([problem], Output(output));

    [Fact]
    public void An_input_may_have_unknown_members()
    {
        var validator = new LexiconValidator(Catalog);
        Assert.Empty(validator.CheckInput(Nsid, Json("""{"n":1,"new":2}""")));
        Assert.Equal(["$.n is missing"], validator.CheckInput(Nsid, Json("""{"new":2}""")));
    }

    [Fact]
    public void A_method_without_a_schema_has_no_body() =>
        Assert.Single(new LexiconValidator(Catalog).CheckOutput("org.example.see", Json("{}")));

    [Fact]
    public void An_unknown_method_cannot_be_checked() =>
        Assert.Throws<KeyNotFoundException>(
            () => new LexiconValidator(Catalog).CheckOutput("org.example.gone", Json("{}")));

    private static IReadOnlyList<string> Output(string json) =>
        new LexiconValidator(Catalog).CheckOutput(Nsid, Json(json));

    private static JsonElement Json(string json) => JsonDocument.Parse(json).RootElement;
}
