namespace Parley.Models.Catalog;

/// <summary>Where models are published.</summary>
public enum ModelHub
{
    /// <summary>modelscope.cn and mirrors that speak its interface.</summary>
    ModelScope,

    /// <summary>huggingface.co and mirrors that speak its interface.</summary>
    HuggingFace,

    /// <summary>Files of a release on github.com.</summary>
    GitHub,
}
