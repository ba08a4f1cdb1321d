namespace AtpKeyserver.DevStack.Walkthroughs;

/// <summary>A few steps that show one thing.</summary>
internal interface IChapter
{
    public string Title { get; }

    public Task PlayAsync(Scene scene);
}
