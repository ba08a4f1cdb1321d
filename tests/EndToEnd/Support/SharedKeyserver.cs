namespace AtpKeyserver.Tests.EndToEnd.Support;

/// <summary>Classes that leave nothing behind share one running keyserver, and take turns.</summary>
[CollectionDefinition(Name)]
public sealed class SharedKeyserver : ICollectionFixture<KeyserverFixture>
{
    public const string Name = "One keyserver";
}
