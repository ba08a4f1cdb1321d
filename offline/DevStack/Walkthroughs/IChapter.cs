namespace AtpKeyserver.DevStack.Walkthroughs;

/// <summary>Steps that demonstrate one feature.</summary>
internal interface IChapter
{
    public string Title { get; }

    public Task PlayAsync(Scene scene);
}
