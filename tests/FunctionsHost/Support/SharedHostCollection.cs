namespace AtpKeyserver.Tests.FunctionsHost.Support;

[CollectionDefinition(Name)]
public sealed class SharedHostCollection : ICollectionFixture<SharedHost>
{
    public const string Name = "shared host";
}
